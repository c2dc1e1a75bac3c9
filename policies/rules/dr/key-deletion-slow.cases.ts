import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import rule from "./key-deletion-slow.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "the default, and exactly enough",
      stack: (s) => {
        const key = s.add(aws.kms.Key, "key", {});
        s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn: key.arn, deletionWindowInDays: 14 });
      },
      of: ["key", "replica"],
    },
  ],
  violation: [
    {
      title: "too short",
      stack: (s) => s.add(aws.kms.Key, "key", { deletionWindowInDays: 13 }),
      says: "Key key is gone 13 days after its deletion, 14 are wanted: raise deletionWindowInDays",
    },
    {
      title: "more is wanted of a replica",
      stack: (s) =>
        s.add(aws.kms.ReplicaKey, "replica", { primaryKeyArn: "a", deletionWindowInDays: 29 }),
      config: { minimumDays: 30 },
      says: "29 days after its deletion, 30 are wanted",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => s.add(aws.kms.Key, "key", { deletionWindowInDays: notKnown() }),
    },
  ],
  notApplicable: [{ title: "no key", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
