import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { copiedBucket } from "../../testing/buckets.ts";
import { notKnown, type Built, type StackBuilder } from "../../testing/builder.ts";
import rule from "./replication-complete.ts";

const encrypt = (s: StackBuilder, bucket: Built, sseAlgorithm = "aws:kms") =>
  s.add(aws.s3.BucketServerSideEncryptionConfiguration, "encryption", {
    bucket: bucket.id,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }],
  });
const selection = { sseKmsEncryptedObjects: { status: "Enabled" } };
const key = { replicaKmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/a" };

const cases: Cases = {
  rule,
  pass: [
    { title: "complete, no KMS key", stack: (s) => copiedBucket(s), of: ["backups"] },
    {
      title: "S3's own encryption needs no key there",
      stack: (s) => encrypt(s, copiedBucket(s).bucket, "AES256"),
    },
    {
      title: "complete, with a key",
      stack: (s) =>
        encrypt(
          s,
          copiedBucket(s, ({ destination }) => ({
            sourceSelectionCriteria: selection,
            destination: { ...(destination as object), encryptionConfiguration: key } as never,
          })).bucket,
        ),
    },
    {
      title: "an encryption that names no algorithm",
      stack: (s) => {
        const { bucket } = copiedBucket(s);
        const rules = [{ bucketKeyEnabled: true }];
        const args = { bucket: bucket.id, rules };
        s.add(aws.s3.BucketServerSideEncryptionConfiguration, "encryption", args);
      },
    },
    {
      title: "a rule that is off says nothing",
      stack: (s) => copiedBucket(s, () => ({ status: "Disabled", destination: { bucket: "x" } })),
    },
  ],
  violation: [
    {
      title: "two layers of a key, and no key there",
      stack: (s) => encrypt(s, copiedBucket(s).bucket, "aws:kms:dsse"),
      says: "leaves objects under a KMS key out",
    },
    {
      title: "no time",
      stack: (s) =>
        copiedBucket(s, ({ destination }) => ({
          destination: { ...(destination as object), replicationTime: undefined } as never,
        })),
      says: "has no time that copies arrive within: set rules[].destination.replicationTime.status to Enabled",
    },
    {
      title: "not measured",
      stack: (s) =>
        copiedBucket(s, ({ destination }) => ({
          destination: { ...(destination as object), metrics: { status: "Disabled" } } as never,
        })),
      says: "does not measure how late copies are",
    },
    {
      title: "deletions are copied",
      stack: (s) => copiedBucket(s, () => ({ deleteMarkerReplication: { status: "Enabled" } })),
      says: "set rules[].deleteMarkerReplication.status to Disabled",
      of: ["backups"],
    },
    {
      title: "encrypted objects are left out",
      stack: (s) => encrypt(s, copiedBucket(s).bucket),
      says: "leaves objects under a KMS key out",
    },
    {
      title: "no key there",
      stack: (s) =>
        encrypt(s, copiedBucket(s, () => ({ sourceSelectionCriteria: selection })).bucket),
      says: "names no key of the other region",
    },
  ],
  unknown: [
    {
      title: "a status that is not known",
      stack: (s) => copiedBucket(s, () => ({ deleteMarkerReplication: { status: notKnown() } })),
      says: "rules.0.deleteMarkerReplication.status of BucketReplicationConfig backups-replication is not known",
    },
  ],
  notApplicable: [
    { title: "no copy", stack: (s) => s.add(aws.s3.Bucket, "backups", {}), says: "not replicated" },
  ],
};
export default cases;
