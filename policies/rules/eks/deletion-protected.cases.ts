import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { eks } from "../../testing/eks.ts";
import rule from "./deletion-protected.ts";

const cases: Cases = {
  rule,
  pass: [{ title: "on", stack: (s) => eks(s, { deletionProtection: true }), of: ["platform"] }],
  violation: [
    {
      title: "nothing set, and off",
      stack: (s) => {
        eks(s);
        eks(s, { deletionProtection: false }, {}, "other");
        eks(s, { deletionProtection: true }, {}, "third");
      },
      says: "Cluster platform can be deleted: set deletionProtection to true",
      of: ["other", "platform"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => eks(s, { deletionProtection: notKnown() }),
      says: "deletionProtection of Cluster platform is not known",
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
