import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./window-covered.ts";

const database = (more: Partial<aws.rds.InstanceArgs>) => (s: StackBuilder) =>
  s.add(aws.rds.Instance, "db", { instanceClass: "x", ...more });
const objectives = { eventsWindow: "14 days" };

const cases: Cases = {
  rule,
  pass: [
    { title: "exactly", stack: database({ backupRetentionPeriod: 14 }), objectives, of: ["db"] },
    {
      title: "a cluster's day",
      stack: (s) => s.add(aws.rds.Cluster, "cluster", { engine: "x" }),
      objectives: { eventsWindow: "1 day" },
    },
  ],
  violation: [
    {
      title: "a day short",
      stack: database({ backupRetentionPeriod: 13 }),
      objectives,
      says: "Instance db can go back 13 days, events 14 days (objectives.eventsWindow): set backupRetentionPeriod to 14",
    },
    { title: "no backups", stack: database({}), objectives, says: "can go back 0 days" },
  ],
  unknown: [
    { title: "not known", stack: database({ backupRetentionPeriod: notKnown() }), objectives },
  ],
  notApplicable: [
    { title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}), objectives },
    {
      title: "a replica",
      stack: database({ replicateSourceDb: "a" }),
      objectives,
      says: "a read replica has no own backups",
    },
    { title: "no window", stack: database({}), says: "objectives.eventsWindow" },
  ],
};
export default cases;
