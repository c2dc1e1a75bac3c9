import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./backups-kept.ts";

const database = (s: StackBuilder, more: Partial<aws.rds.InstanceArgs> = {}) =>
  s.add(aws.rds.Instance, "db", { instanceClass: "db.m7g.large", ...more });
const cluster = (s: StackBuilder, more: Partial<aws.rds.ClusterArgs> = {}) =>
  s.add(aws.rds.Cluster, "cluster", { engine: "aurora-postgresql", ...more });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "instance and cluster, exactly as long as wanted",
      stack: (s) => {
        database(s, { backupRetentionPeriod: 7 });
        cluster(s, { backupRetentionPeriod: 7 });
      },
      of: ["db", "cluster"],
    },
    {
      title: "less is wanted",
      stack: (s) => cluster(s),
      config: { minimumDays: 1 },
    },
  ],
  violation: [
    {
      title: "a day too short",
      stack: (s) => database(s, { backupRetentionPeriod: 6 }),
      says: "Instance db keeps backups for 6 days, 7 are wanted: set backupRetentionPeriod to 7 or more",
    },
    {
      title: "nothing set: an instance has no backups, a cluster those of a day",
      stack: (s) => {
        database(s);
        cluster(s);
      },
      says: /db keeps backups for 0 days[^]*cluster keeps backups for 1 days/,
    },
    {
      title: "more is wanted",
      stack: (s) => database(s, { backupRetentionPeriod: 7 }),
      config: { minimumDays: 14 },
      says: "for 7 days, 14 are wanted",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => database(s, { backupRetentionPeriod: notKnown() }),
      says: "backupRetentionPeriod of Instance db is not known",
    },
  ],
  notApplicable: [
    { title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "a read replica",
      stack: (s) => database(s, { replicateSourceDb: "main" }),
      says: "read replica",
    },
  ],
};
export default cases;
