import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import type * as pulumi from "@pulumi/pulumi";
import { aws as types } from "../../types.ts";
import rule from "./encrypted-with-own-key.ts";

const encrypted = (
  s: StackBuilder,
  sseAlgorithm: pulumi.Input<string>,
  kmsMasterKeyId?: pulumi.Input<string>,
) =>
  s.add(aws.s3.BucketServerSideEncryptionConfiguration, "encryption", {
    bucket: s.add(aws.s3.Bucket, "events", {}).id,
    rules: [
      {
        applyServerSideEncryptionByDefault: {
          sseAlgorithm,
          ...(kmsMasterKeyId === undefined ? {} : { kmsMasterKeyId }),
        },
      },
    ],
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a key; an old one within the bucket",
      stack: (s) => {
        encrypted(s, "aws:kms", s.add(aws.kms.Key, "key", {}).arn);
        s.custom(types.bucket, "old", {
          serverSideEncryptionConfiguration: {
            rule: {
              applyServerSideEncryptionByDefault: {
                sseAlgorithm: "aws:kms:dsse",
                kmsMasterKeyId: "k",
              },
            },
          },
        });
      },
      of: ["events", "old"],
    },
    {
      title: "a key that is not known is a key",
      stack: (s) => encrypted(s, "aws:kms", notKnown()),
    },
  ],
  violation: [
    {
      title: "nothing said",
      stack: (s) => s.add(aws.s3.Bucket, "events", {}),
      says: "Bucket events is encrypted with AES256, by default: set sseAlgorithm",
    },
    {
      title: "S3's own",
      stack: (s) => encrypted(s, "AES256"),
      says: "is encrypted with AES256: set",
    },
    {
      title: "the service's key",
      stack: (s) => encrypted(s, "aws:kms"),
      says: "with the service's key: set kmsMasterKeyId",
    },
  ],
  unknown: [
    { title: "not known", stack: (s) => encrypted(s, notKnown()), says: "sseAlgorithm of" },
  ],
  notApplicable: [
    {
      title: "a bucket that says that it holds no data",
      stack: (s) => s.add(aws.s3.Bucket, "logs", { tags: { "recover:data": "none" } }),
      says: "its tag recover:data says that it holds no data",
    },
    { title: "no bucket", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "no Bucket" },
  ],
};
export default cases;
