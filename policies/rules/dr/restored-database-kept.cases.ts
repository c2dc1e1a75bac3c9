import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type BuildOptions, type StackBuilder } from "../../testing/builder.ts";
import rule from "./restored-database-kept.ts";

const engine = ["engine preview", "engine up"] as const;
const restored = (
  s: StackBuilder,
  options: BuildOptions,
  more: Partial<aws.rds.InstanceArgs> = {},
) =>
  s.add(
    aws.rds.Instance,
    "db",
    {
      instanceClass: "x",
      restoreToPointInTime: {
        sourceDbInstanceAutomatedBackupsArn: notKnown(),
        useLatestRestorableTime: true,
      },
      ...more,
    },
    options,
  );

const cases: Cases = {
  rule,
  pass: [
    {
      title: "its origin is ignored",
      stack: (s) => restored(s, { ignoreChanges: ["restoreToPointInTime"] }),
      of: ["db"],
      only: engine,
    },
    {
      title: "everything is ignored",
      only: engine,
      stack: (s) => restored(s, { ignoreChanges: ["*"] }),
    },
  ],
  violation: [
    {
      title: "nothing is ignored",
      stack: (s) => restored(s, {}),
      says: "Instance db was restored, and a change of restoreToPointInTime replaces it: add it to ignoreChanges",
      only: engine,
    },
    {
      title: "the other origin",
      stack: (s) =>
        restored(s, { ignoreChanges: ["restoreToPointInTime"] }, { snapshotIdentifier: "s" }),
      says: "a change of snapshotIdentifier replaces it",
      only: engine,
    },
    {
      title: "two origins",
      stack: (s) => restored(s, {}, { snapshotIdentifier: "s" }),
      says: /a change of (\w+) or (\w+) replaces it/,
      only: engine,
    },
    {
      title: "a cluster",
      stack: (s) => s.add(aws.rds.Cluster, "cluster", { engine: "x", snapshotIdentifier: "s" }),
      says: "Cluster cluster was restored",
      only: engine,
    },
  ],
  unknown: [
    {
      title: "files do not tell the option",
      stack: (s) => restored(s, { ignoreChanges: ["restoreToPointInTime"] }),
      only: ["saved preview", "exported state"],
      says: "neither state nor saved preview tells what is ignored",
    },
  ],
  notApplicable: [
    {
      title: "not restored",
      stack: (s) => s.add(aws.rds.Instance, "db", { instanceClass: "x" }),
      says: "no database was restored",
    },
  ],
};
export default cases;
