import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { firehose, ofKafka, ofKinesis } from "../../testing/streams.ts";
import rule from "./encrypted.ts";

type Encryption = aws.types.input.kinesis.FirehoseDeliveryStreamServerSideEncryption;

const stream = (s: StackBuilder, serverSideEncryption: Encryption) =>
  firehose(s, {}, { serverSideEncryption });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "with a key of one's own",
      stack: (s) => {
        const keyArn = s.add(aws.kms.Key, "key", {}).arn;
        stream(s, { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn });
      },
      of: ["archive"],
    },
    {
      title: "with one of AWS, when that is enough",
      stack: (s) => stream(s, { enabled: true }),
      config: { customerKey: false },
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => firehose(s),
      says: "FirehoseDeliveryStream archive keeps its records as they are: set serverSideEncryption.enabled to true",
      of: ["archive"],
    },
    { title: "off", stack: (s) => stream(s, { enabled: false }), says: "as they are" },
    {
      title: "with a key of AWS",
      stack: (s) => stream(s, { enabled: true }),
      says: "with a key of AWS (AWS_OWNED_CMK): set serverSideEncryption.keyType to CUSTOMER_MANAGED_CMK",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => stream(s, { enabled: notKnown() }),
      says: "serverSideEncryption.enabled of FirehoseDeliveryStream archive is not known",
    },
  ],
  notApplicable: [
    { title: "no stream", stack: (s) => s.add(aws.s3.Bucket, "events", {}) },
    {
      title: "it reads Kafka",
      stack: (s) => firehose(s, {}, ofKafka),
      says: "it reads Kafka: only streams that are written to directly",
      of: ["archive"],
    },
    {
      title: "it reads Kinesis",
      stack: (s) => firehose(s, {}, ofKinesis),
      says: "it reads Kinesis",
    },
  ],
};
export default cases;
