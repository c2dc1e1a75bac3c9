import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { cluster } from "../../testing/kafka.ts";
import rule from "./monitored.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by broker",
      stack: (s) => cluster(s, { enhancedMonitoring: "PER_BROKER" }),
      of: ["kafka"],
    },
  ],
  violation: [
    {
      title: "nothing said",
      stack: (s) => cluster(s),
      says: "Cluster kafka reports as a whole only: set enhancedMonitoring",
    },
    {
      title: "default",
      stack: (s) => cluster(s, { enhancedMonitoring: "DEFAULT" }),
      says: "as a whole",
    },
  ],
  unknown: [{ title: "not known", stack: (s) => cluster(s, { enhancedMonitoring: notKnown() }) }],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
