import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type Built, type StackBuilder } from "../../testing/builder.ts";
import { firehose, firehoseToHttp, ofKafka } from "../../testing/streams.ts";
import rule from "./destination-encrypted.ts";

const bucket = (s: StackBuilder, name = "events") => s.add(aws.s3.Bucket, name, {});
const encryption = (s: StackBuilder, of: Built, sseAlgorithm: string) =>
  s.add(aws.s3.BucketServerSideEncryptionConfiguration, "encryption", {
    bucket: of.id,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }],
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by the stream, which reads Kafka",
      stack: (s) => {
        const key = s.add(aws.kms.Key, "key", {});
        firehose(s, { bucketArn: bucket(s).arn, kmsKeyArn: key.arn }, ofKafka);
      },
      of: ["archive"],
    },
    {
      title: "by the bucket",
      stack: (s) => {
        const events = bucket(s);
        encryption(s, events, "aws:kms");
        firehose(s, { bucketArn: events.arn });
      },
    },
    {
      title: "what another service does not take",
      stack: (s) => {
        const events = bucket(s);
        encryption(s, events, "aws:kms:dsse");
        firehoseToHttp(s, { bucketArn: events.arn });
      },
    },
  ],
  violation: [
    {
      title: "neither, though another bucket is",
      stack: (s) => {
        encryption(s, bucket(s, "other"), "aws:kms");
        firehose(s, { bucketArn: bucket(s).arn });
      },
      says: "FirehoseDeliveryStream archive writes to Bucket events without a key of KMS: set extendedS3Configuration.kmsKeyArn",
      of: ["archive"],
    },
    {
      title: "an encryption that names no algorithm",
      stack: (s) => {
        const events = bucket(s);
        s.add(aws.s3.BucketServerSideEncryptionConfiguration, "encryption", {
          bucket: events.id,
          rules: [{ bucketKeyEnabled: true }],
        });
        firehose(s, { bucketArn: events.arn });
      },
      says: "without a key of KMS",
    },
    {
      title: "a key of FSx",
      stack: (s) => {
        const events = bucket(s);
        encryption(s, events, "aws:fsx");
        firehose(s, { bucketArn: events.arn });
      },
      says: "without a key of KMS",
    },
    {
      title: "a key of S3",
      stack: (s) => {
        const events = bucket(s);
        encryption(s, events, "AES256");
        firehose(s, { bucketArn: events.arn });
      },
      says: "without a key of KMS",
    },
    {
      title: "what another service does not take",
      stack: (s) => firehoseToHttp(s, { bucketArn: bucket(s).arn }),
      says: "set httpEndpointConfiguration.s3Configuration.kmsKeyArn",
    },
  ],
  unknown: [
    {
      title: "the bucket is elsewhere",
      stack: (s) => firehose(s),
      says: "extendedS3Configuration.kmsKeyArn of FirehoseDeliveryStream archive is not set, and what its bucket",
    },
    {
      title: "how the bucket encrypts is not known",
      stack: (s) => {
        const events = bucket(s);
        encryption(s, events, notKnown());
        firehose(s, { bucketArn: events.arn });
      },
      says: "sseAlgorithm of BucketServerSideEncryptionConfiguration encryption is not known",
    },
  ],
  notApplicable: [
    { title: "no stream", stack: (s) => bucket(s) },
    {
      title: "a destination of a later version",
      stack: (s) => firehose(s, {}, { destination: "tables" }),
      says: "none that is known here",
    },
  ],
};
export default cases;
