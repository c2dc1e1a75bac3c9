import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import type * as pulumi from "@pulumi/pulumi";
import rule from "./bucket-key.ts";

const encryption = (
  s: StackBuilder,
  sseAlgorithm: string,
  bucketKeyEnabled?: pulumi.Input<boolean>,
) =>
  s.add(aws.s3.BucketServerSideEncryptionConfiguration, "encryption", {
    bucket: "b",
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm },
        ...(bucketKeyEnabled === undefined ? {} : { bucketKeyEnabled }),
      },
    ],
  });

const cases: Cases = {
  rule,
  pass: [{ title: "on", stack: (s) => encryption(s, "aws:kms", true), of: ["encryption"] }],
  violation: [
    {
      title: "off",
      stack: (s) => encryption(s, "aws:kms", false),
      says: "BucketServerSideEncryptionConfiguration encryption asks KMS for every object",
    },
    {
      title: "off in one rule of two",
      stack: (s) => {
        const applyServerSideEncryptionByDefault = { sseAlgorithm: "aws:kms" };
        s.add(aws.s3.BucketServerSideEncryptionConfiguration, "encryption", {
          bucket: "b",
          rules: [
            { applyServerSideEncryptionByDefault, bucketKeyEnabled: true },
            { applyServerSideEncryptionByDefault, bucketKeyEnabled: false },
          ],
        });
      },
      says: "asks KMS for every object",
    },
    {
      title: "nothing said",
      stack: (s) => encryption(s, "aws:kms"),
      says: "set rules[].bucketKeyEnabled to true",
    },
  ],
  unknown: [{ title: "not known", stack: (s) => encryption(s, "aws:kms", notKnown()) }],
  notApplicable: [
    { title: "S3's own key", stack: (s) => encryption(s, "AES256", false), says: "no key of KMS" },
    { title: "nothing is encrypted", stack: (s) => s.add(aws.s3.Bucket, "b", {}) },
  ],
};
export default cases;
