import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./customer-key.ts";

const stream = (s: StackBuilder, args: aws.kinesis.StreamArgs, name = "events") =>
  s.add(aws.kinesis.Stream, name, { encryptionType: "KMS", ...args });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a key of the stack, and one by name",
      stack: (s) => {
        stream(s, { kmsKeyId: s.add(aws.kms.Key, "key", {}).arn });
        stream(s, { kmsKeyId: "alias/events" }, "orders");
      },
      of: ["events", "orders"],
    },
  ],
  violation: [
    {
      title: "the key that AWS manages",
      stack: (s) => stream(s, { kmsKeyId: "alias/aws/kinesis" }),
      says: "Stream events is encrypted with the key that AWS manages: set kmsKeyId",
    },
    {
      title: "the same by its ARN",
      stack: (s) =>
        stream(s, { kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:alias/aws/kinesis" }),
      says: "with the key that AWS manages",
    },
    { title: "no key", stack: (s) => stream(s, {}), says: "with the key that AWS manages" },
  ],
  unknown: [
    {
      title: "whether it is encrypted is not known",
      stack: (s) => stream(s, { encryptionType: notKnown() }),
      says: "encryptionType of Stream events is not known",
    },
  ],
  notApplicable: [
    { title: "no stream", stack: (s) => s.add(aws.s3.Bucket, "events", {}) },
    {
      title: "not encrypted at all",
      stack: (s) => {
        stream(s, { encryptionType: "NONE" });
        s.add(aws.kinesis.Stream, "orders", {});
      },
      says: "kinesis-encrypted",
      of: ["events", "orders"],
    },
  ],
};
export default cases;
