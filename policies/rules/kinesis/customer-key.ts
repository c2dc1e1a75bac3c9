import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "kinesis-customer-key",
  severity: "medium",
  title: "Streams are encrypted with a key of one's own",
  remediation:
    "Set `kmsKeyId` to a key of the stack: the policy of the one that AWS manages cannot be changed, and no other account can read with it.",
  covers: ["CKV_AWS_185", "NAG-KDS3"],
  url: "https://docs.aws.amazon.com/streams/latest/dev/creating-using-sse-master-keys.html",
  config: z.strictObject({}),
  check: each(aws.kinesis, (stream) => {
    if (stream.string("encryptionType") !== "KMS") {
      return notApplicable("it is not encrypted: see kinesis-encrypted");
    }
    const key = stream.peek("kmsKeyId");
    return failIf(
      key === undefined || (typeof key === "string" && key.endsWith("alias/aws/kinesis")),
      `${stream.label} is encrypted with the key that AWS manages: set kmsKeyId`,
    );
  }),
});
