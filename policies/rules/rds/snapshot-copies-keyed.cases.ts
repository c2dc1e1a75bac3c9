import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./snapshot-copies-keyed.ts";

const copy = (s: StackBuilder, more: Partial<aws.rds.SnapshotCopyArgs>) =>
  s.add(aws.rds.SnapshotCopy, "copy", {
    sourceDbSnapshotIdentifier: "a",
    targetDbSnapshotIdentifier: "b",
    ...more,
  });

const cases: Cases = {
  rule,
  pass: [{ title: "a key", stack: (s) => copy(s, { kmsKeyId: notKnown() }), of: ["copy"] }],
  violation: [
    {
      title: "none",
      stack: (s) => copy(s, {}),
      says: "SnapshotCopy copy has its source's key, or none: set kmsKeyId",
    },
  ],
  unknown: "whether a key is named is known in every source",
  notApplicable: [{ title: "no copy", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
