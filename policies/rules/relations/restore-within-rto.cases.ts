import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import type { StackBuilder } from "../../testing/builder.ts";
import rule from "./restore-within-rto.ts";

const any = (s: StackBuilder) => s.add(aws.kms.Key, "key", {});
const restore = { size: "3.6 TB", throughput: "500 MB", fixed: "30 minutes" };

const cases: Cases = {
  rule,
  pass: [{ title: "exactly", stack: any, objectives: { restore, rto: "150 minutes" } }],
  violation: [
    {
      title: "too slow",
      stack: any,
      objectives: { restore, rto: "2 hours" },
      says: "a restore takes 150 minutes (30 minutes + 3.6 TB ÷ 500 MB a second), 2 hours are promised",
    },
  ],
  unknown: "reads declared numbers only, which every source has",
  notApplicable: [
    { title: "nothing is measured", stack: any, objectives: { rto: "1 hour" } },
    { title: "nothing is promised", stack: any, objectives: { restore }, says: "not declared" },
  ],
};
export default cases;
