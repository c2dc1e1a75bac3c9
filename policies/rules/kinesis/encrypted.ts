import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "kinesis-encrypted",
  severity: "high",
  title: "Streams are encrypted where they are stored",
  remediation: 'Set `encryptionType: "KMS"` and `kmsKeyId`; nothing set is not encrypted.',
  covers: ["CKV_AWS_43", "AWS-0064", "NAG-KDS1", "SH-Kinesis.1", "cfg-kinesis-stream-encrypted"],
  url: "https://docs.aws.amazon.com/streams/latest/dev/what-is-sse.html",
  config: z.strictObject({}),
  check: each(aws.kinesis, (stream) => {
    const type = stream.string("encryptionType") ?? "NONE";
    return failIf(
      type !== "KMS",
      `${stream.label} is stored as it is (encryptionType ${type}): set encryptionType to KMS`,
    );
  }),
});
