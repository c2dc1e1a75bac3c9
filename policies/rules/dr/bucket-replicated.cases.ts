import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { copiedBucket } from "../../testing/buckets.ts";
import { notKnown, nowhere, type StackBuilder } from "../../testing/builder.ts";
import rule from "./bucket-replicated.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "copied, and a bucket of logs is not",
      stack: (s) => {
        copiedBucket(s);
        s.add(aws.s3.Bucket, "logs", {});
      },
      of: ["backups"],
    },
    {
      title: "two buckets, each its own copy",
      stack: (s) => {
        copiedBucket(s);
        copiedBucket(s, undefined, { name: "archive" });
      },
      of: ["backups", "archive"],
    },
    {
      title: "one rule by prefix, one for all",
      stack: (s) => {
        const bucket = s.add(aws.s3.Bucket, "backups", {});
        const copy = s.add(aws.s3.Bucket, "other", {}, { region: "eu-west-1" });
        const destination = { bucket: copy.arn };
        s.add(aws.s3.BucketReplicationConfig, "replication", {
          bucket: bucket.id,
          role: "r",
          rules: [
            { status: "Enabled", destination, prefix: "e1/" },
            { status: "Enabled", destination, filter: {} },
          ],
        });
      },
    },
  ],
  violation: [
    {
      title: "no copy",
      stack: (s) => s.add(aws.s3.Bucket, "backups", {}),
      says: "objects of Bucket backups are in one region only",
    },
    ...["events", "backups", "ledger"].map((data) => ({
      title: `chosen by its tag ${data}`,
      stack: (s: StackBuilder) => s.add(aws.s3.Bucket, "plain", { tags: { "recover:data": data } }),
      says: "objects of Bucket plain are in one region only",
    })),
    {
      title: "chosen by the name that AWS knows, in capitals",
      stack: (s) => {
        s.add(aws.s3.Bucket, "plain", { bucket: "Acme-Ledger" });
        s.add(aws.s3.Bucket, "other", { bucket: notKnown() });
      },
      says: "objects of Bucket plain are in one region only",
      of: ["plain"],
    },
    {
      title: "tags that are not known: its name decides",
      stack: (s) => s.add(aws.s3.Bucket, "backups", { tags: notKnown() }),
      says: "objects of Bucket backups are in one region only",
    },
    {
      title: "beside one that is copied",
      stack: (s) => {
        copiedBucket(s, undefined, { name: "archive" });
        s.add(aws.s3.Bucket, "backups", {});
      },
      says: "objects of Bucket backups are in one region only",
      of: ["backups"],
    },
    {
      title: "the rule is off",
      stack: (s) => copiedBucket(s, () => ({ status: "Disabled" })),
      says: "no rule of BucketReplicationConfig backups-replication is on",
    },
    {
      title: "only a prefix",
      stack: (s) => copiedBucket(s, () => ({ filter: { prefix: "e1/" } })),
      says: "copies only objects that its filters choose",
    },
    {
      title: "only a tag",
      stack: (s) => copiedBucket(s, () => ({ filter: { tag: { key: "a", value: "b" } } })),
      says: "copies only objects that its filters choose",
    },
    {
      title: "within the region",
      stack: (s) => copiedBucket(s, undefined, { to: "eu-central-1" }),
      says: "copies Bucket backups within eu-central-1",
      of: ["backups"],
    },
  ],
  unknown: [
    {
      title: "a destination that is not known",
      stack: (s) => copiedBucket(s, () => ({ destination: { bucket: notKnown() } })),
      says: /the destination of BucketReplicationConfig backups-replication is not known[^]*whether Bucket backups-copy is itself a copy/,
    },
    {
      title: "a destination elsewhere",
      stack: (s) => {
        const bucket = s.add(aws.s3.Bucket, "backups", {});
        s.add(aws.s3.BucketReplicationConfig, "replication", {
          bucket: bucket.id,
          role: "r",
          rules: [{ status: "Enabled", destination: { bucket: "arn:aws:s3:::others" } }],
        });
      },
      says: "is not in this stack",
    },
    {
      title: "no region is told",
      stack: (s) => {
        const bucket = s.add(aws.s3.Bucket, "backups", {}, { region: nowhere });
        const copy = s.add(aws.s3.Bucket, "other", {});
        s.add(aws.s3.BucketReplicationConfig, "replication", {
          bucket: bucket.id,
          role: "r",
          rules: [{ status: "Enabled", destination: { bucket: copy.arn } }],
        });
      },
      says: "the region of Bucket backups is not known",
    },
  ],
  notApplicable: [
    {
      title: "the copy of a bucket that holds no data",
      stack: (s) => copiedBucket(s, undefined, { name: "logs" }),
      config: { buckets: "-copy$" },
      says: "it is itself the copy of another bucket",
    },
    { title: "no bucket", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "no Bucket" },
    {
      title: "none that holds data, by tag or name",
      stack: (s) => {
        s.add(aws.s3.Bucket, "logs", {});
        s.add(aws.s3.Bucket, "backups", { tags: { "recover:data": "none" } });
      },
      says: "no bucket holds data",
    },
    {
      title: "other names are asked for",
      stack: (s) => s.add(aws.s3.Bucket, "backups", {}),
      config: { buckets: "^ledger$" },
    },
  ],
};
export default cases;
