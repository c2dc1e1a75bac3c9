import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-bucket-key",
  severity: "low",
  title: "Buckets under a KMS key use a bucket key",
  remediation:
    "Set `bucketKeyEnabled: true`: a restore of many objects then asks KMS once, and is not throttled by it.",
  covers: ["PCR-aws-s3-bucket-enable-server-side-encryption-bucket-key"],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html",
  config: z.strictObject({}),
  check: each(aws.bucketEncryption, (encryption) => {
    const rules = encryption
      .list("rules")
      .filter(
        (rule) => rule.string("applyServerSideEncryptionByDefault.sseAlgorithm") === "aws:kms",
      );
    if (rules.length === 0) return notApplicable("it uses no key of KMS");
    return failIf(
      rules.some((rule) => rule.boolean("bucketKeyEnabled") !== true),
      `${encryption.label} asks KMS for every object: set rules[].bucketKeyEnabled to true`,
    );
  }),
});
