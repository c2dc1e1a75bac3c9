import { z } from "zod";
import { sourceOf } from "../../model/firehose.ts";
import { defineRule, each, failIf, notApplicable, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "firehose-encrypted",
  severity: "high",
  title: "Firehose keeps what is put into it encrypted, with a key of one's own",
  remediation:
    'Set `serverSideEncryption` to `{ enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn }`. A stream that reads Kafka or Kinesis ' +
    "cannot have it: encrypt its source.",
  covers: [
    "CKV_AWS_240",
    "CKV_AWS_241",
    "NAG-KDF1",
    "SH-DataFirehose.1",
    "cfg-kinesis-firehose-delivery-stream-encrypted",
  ],
  url: "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
  config: z.strictObject({
    customerKey: z
      .boolean()
      .default(true)
      .describe("Whether the key must be one's own; AWS owns the other one"),
  }),
  check: each(aws.firehose, (stream, { config }) => {
    const source = sourceOf(stream);
    if (source !== undefined) {
      return notApplicable(
        `it reads ${source}: only streams that are written to directly can be encrypted so`,
      );
    }
    if (stream.boolean("serverSideEncryption.enabled") !== true) {
      return violation(
        `${stream.label} keeps its records as they are: set serverSideEncryption.enabled to true`,
      );
    }
    const type = stream.string("serverSideEncryption.keyType") ?? "AWS_OWNED_CMK";
    return failIf(
      config.customerKey && type !== "CUSTOMER_MANAGED_CMK",
      `${stream.label} is encrypted with a key of AWS (${type}): set serverSideEncryption.keyType to CUSTOMER_MANAGED_CMK, and keyArn`,
    );
  }),
});
