import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./snapshots-private.ts";

const snapshot = (s: StackBuilder, sharedAccounts: aws.rds.SnapshotArgs["sharedAccounts"] & {}) =>
  s.add(aws.rds.Snapshot, "snapshot", {
    dbInstanceIdentifier: "a",
    dbSnapshotIdentifier: "b",
    sharedAccounts,
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "with one account, and with none",
      stack: (s) => {
        snapshot(s, ["123456789012"]);
        s.add(aws.rds.ClusterSnapshot, "cluster", {
          dbClusterIdentifier: "a",
          dbClusterSnapshotIdentifier: "b",
        });
      },
      of: ["snapshot", "cluster"],
    },
  ],
  violation: [
    {
      title: "with everybody",
      stack: (s) => snapshot(s, ["1", "all"]),
      says: 'everybody can restore Snapshot snapshot: take "all" out',
    },
  ],
  unknown: [{ title: "not known", stack: (s) => snapshot(s, notKnown()) }],
  notApplicable: [{ title: "no snapshot", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
