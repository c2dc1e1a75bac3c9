import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Cases } from "../../testing/cases.ts";
import { copiedBucket } from "../../testing/buckets.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { cronJob } from "../../testing/workloads.ts";
import rule from "./clickhouse-backup-bucket.ts";

const backup = (s: StackBuilder, value: pulumi.Input<string>) =>
  cronJob(s, "clickhouse-backup", "0 3 * * *", {
    env: [
      { name: "SOURCE", value: "acme-scratch" },
      { name: "BACKUP_BUCKET", value },
    ],
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "the vault's bucket, by reference",
      stack: (s) => {
        s.add(aws.s3.Bucket, "scratch", { bucket: "acme-scratch" });
        backup(s, copiedBucket(s).bucket.id);
      },
      of: ["clickhouse-backup"],
    },
  ],
  violation: [
    {
      title: "a bucket without a copy",
      stack: (s) => backup(s, s.add(aws.s3.Bucket, "backups", {}).id),
      says: "CronJob clickhouse-backup writes backups to Bucket backups, which is not copied to the other region",
    },
    {
      title: "a bucket that is not of the vault",
      stack: (s) => backup(s, copiedBucket(s, undefined, { name: "logs" }).bucket.id),
      says: "writes backups to Bucket logs",
    },
    {
      title: "by its name",
      stack: (s) => {
        s.add(aws.s3.Bucket, "backups", { bucket: "acme-backups" });
        backup(s, "acme-backups");
      },
      says: "writes backups to Bucket backups",
    },
  ],
  unknown: [
    {
      title: "a bucket elsewhere",
      stack: (s) => backup(s, "others"),
      says: "which bucket CronJob clickhouse-backup writes to cannot be seen",
    },
    { title: "not known", stack: (s) => backup(s, notKnown()), says: "cannot be seen" },
    {
      title: "no variable names one",
      stack: (s) => cronJob(s, "clickhouse-backup", "0 3 * * *"),
      says: "cannot be seen",
    },
  ],
  notApplicable: [
    {
      title: "no backup job",
      stack: (s) => cronJob(s, "report", "0 3 * * *", { args: [] }),
      says: "no CronJob backs ClickHouse up",
    },
  ],
};
export default cases;
