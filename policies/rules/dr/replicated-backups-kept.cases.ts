import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./replicated-backups-kept.ts";

const pair = (kept: number, copied?: number) => (s: StackBuilder) => {
  const db = s.add(aws.rds.Instance, "db", {
    instanceClass: "db.m7g.large",
    backupRetentionPeriod: kept,
  });
  s.add(
    aws.rds.InstanceAutomatedBackupsReplication,
    "copy",
    {
      sourceDbInstanceArn: db.arn,
      ...(copied === undefined ? {} : { retentionPeriod: copied }),
    },
    { region: "eu-west-1" },
  );
};

const cases: Cases = {
  rule,
  pass: [
    { title: "the same", stack: pair(14, 14) },
    { title: "the default of 7", stack: pair(7) },
    { title: "exactly the window", stack: pair(7, 10), objectives: { eventsWindow: "10 days" } },
    {
      title: "a database of another stack",
      stack: (s) =>
        s.add(aws.rds.InstanceAutomatedBackupsReplication, "copy", {
          sourceDbInstanceArn: "arn:aws:rds:eu-central-1:123456789012:db:other",
          retentionPeriod: 1,
        }),
    },
  ],
  violation: [
    {
      title: "a day shorter",
      stack: pair(14, 13),
      says: "keeps 13 days, its database 14: set retentionPeriod to 14",
      of: ["copy"],
    },
    { title: "the default is too short", stack: pair(8), says: "keeps 7 days, its database 8" },
    {
      title: "shorter than the window",
      stack: pair(7, 7),
      objectives: { eventsWindow: "10 days" },
      says: "keeps 7 days, one must be able to go back 10 days (objectives.eventsWindow): set retentionPeriod to 10 or more",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        s.add(aws.rds.InstanceAutomatedBackupsReplication, "copy", {
          sourceDbInstanceArn: "arn:aws:rds:eu-central-1:123456789012:db:other",
          retentionPeriod: notKnown(),
        }),
      says: "retentionPeriod of InstanceAutomatedBackupsReplication copy is not known",
    },
  ],
  notApplicable: [{ title: "no copy", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
