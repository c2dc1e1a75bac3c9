import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./encrypted.ts";

const stream = (s: StackBuilder, args: aws.kinesis.StreamArgs, name = "events") =>
  s.add(aws.kinesis.Stream, name, args);

const cases: Cases = {
  rule,
  pass: [
    {
      title: "with the key that AWS manages, and with one of one's own",
      stack: (s) => {
        const kmsKeyId = s.add(aws.kms.Key, "key", {}).arn;
        stream(s, { encryptionType: "KMS", kmsKeyId: "alias/aws/kinesis" });
        stream(s, { encryptionType: "KMS", kmsKeyId }, "orders");
      },
      of: ["events", "orders"],
    },
  ],
  violation: [
    {
      title: "nothing set, and none",
      stack: (s) => {
        stream(s, { shardCount: 1 });
        stream(s, { encryptionType: "NONE" }, "orders");
      },
      says: "Stream events is stored as it is (encryptionType NONE): set encryptionType to KMS",
      of: ["events", "orders"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => stream(s, { encryptionType: notKnown() }),
      says: "encryptionType of Stream events is not known",
    },
  ],
  notApplicable: [{ title: "no stream", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
