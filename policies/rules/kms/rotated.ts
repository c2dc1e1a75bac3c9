import { z } from "zod";
import { all, defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "kms-rotated",
  severity: "medium",
  title: "Keys get new key material by themselves",
  remediation:
    "Set `enableKeyRotation: true`. Old key material stays, so that what it encrypted can still be read.",
  covers: [
    "CKV_AWS_7",
    "AWS-0065",
    "NAG-KMS5",
    "cfg-cmk-backing-key-rotation-enabled",
    "SH-KMS.4",
    "PCR-aws-kms-key-enable-key-rotation",
    "AG-cmk-backing-key-rotation-enabled",
  ],
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  config: z.strictObject({
    maximumDays: z
      .int()
      .min(90)
      .max(2560)
      .default(365)
      .describe("Most days between two rotations; AWS rotates every 365 when nothing is set"),
  }),
  check: each(aws.kmsKey, (key, { config }) => {
    const spec = key.string("customerMasterKeySpec") ?? "SYMMETRIC_DEFAULT";
    const usage = key.string("keyUsage") ?? "ENCRYPT_DECRYPT";
    if (spec !== "SYMMETRIC_DEFAULT" || usage !== "ENCRYPT_DECRYPT") {
      return notApplicable("only symmetric keys that encrypt are rotated by AWS");
    }
    if (key.has("customKeyStoreId") || key.has("xksKeyId")) {
      return notApplicable("AWS rotates no key in a key store of one's own");
    }
    const days = key.number("rotationPeriodInDays") ?? 365;
    return all(
      failIf(
        key.boolean("enableKeyRotation") !== true,
        `${key.label} keeps its key material for ever: set enableKeyRotation to true`,
      ),
      failIf(
        days > config.maximumDays,
        `${key.label} is rotated every ${days} days, ${config.maximumDays} are wanted: lower rotationPeriodInDays`,
      ),
    );
  }),
});
