import { z } from "zod";
import { holdsNothing, saysItHoldsNothing } from "../../model/data.ts";
import { all, defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-encrypted-with-own-key",
  severity: "medium",
  title: "Objects are encrypted with a key of the account",
  remediation:
    "Add an `aws.s3.BucketServerSideEncryptionConfiguration` with sseAlgorithm `aws:kms` and a kmsMasterKeyId; by default S3 uses a key that no policy of yours guards.",
  covers: [
    "CKV_AWS_19",
    "CKV_AWS_145",
    "AWS-0088",
    "AWS-0132",
    "NAG-S3DefaultEncryptionKMS",
    "cfg-s3-bucket-server-side-encryption-enabled",
    "cfg-s3-default-encryption-kms",
    "SH-S3.17",
    "PCR-aws-s3-bucket-enable-server-side-encryption",
    "PCR-aws-s3-bucket-configure-server-side-encryption-kms",
    "PCR-aws-s3-bucket-configure-server-side-encryption-customer-managed-key",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
  config: z.strictObject({}),
  check: each(aws.bucket, (bucket, { stack }) => {
    if (saysItHoldsNothing(bucket)) return notApplicable(holdsNothing);
    const encryption = stack.partOf(bucket, aws.bucketEncryption, "bucket");
    const [rule] =
      encryption?.list("rules") ?? bucket.list("serverSideEncryptionConfiguration.rule");
    const byDefault = rule?.at("applyServerSideEncryptionByDefault");
    const algorithm = byDefault?.string("sseAlgorithm") ?? "AES256, by default";
    return all(
      failIf(
        !algorithm.startsWith("aws:kms"),
        `${bucket.label} is encrypted with ${algorithm}: set sseAlgorithm to aws:kms in a BucketServerSideEncryptionConfiguration`,
      ),
      failIf(
        byDefault?.has("kmsMasterKeyId") !== true,
        `${bucket.label} is encrypted with the service's key: set kmsMasterKeyId to one of your own`,
      ),
    );
  }),
});
