import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";
import { bucketPolicyOf } from "../../model/bucket-policy.ts";
import { forEverybody, isAbout } from "../../model/policy-document.ts";

export default defineRule({
  id: "s3-tls-only",
  severity: "high",
  title: "Buckets refuse requests in the clear",
  remediation:
    "Add a statement to the bucket's policy that denies `s3:*` to everybody where `aws:SecureTransport` is `false`.",
  covers: [
    "CKV_AWS_379",
    "NAG-S10",
    "NAG-S3BucketSSLRequestsOnly",
    "cfg-s3-bucket-ssl-requests-only",
    "SH-S3.5",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
  config: z.strictObject({}),
  check: each(aws.bucket, (bucket, { stack }) => {
    const statements = bucketPolicyOf(bucket, stack)?.list("Statement") ?? [];
    const denies = statements.some(
      (each) =>
        each.string("Effect") === "Deny" &&
        forEverybody(each) &&
        isAbout(each, "s3:GetObject") &&
        isAbout(each, "s3:PutObject") &&
        each.at("Condition.Bool").entry("aws:SecureTransport")?.strings("")[0] === "false",
    );
    return failIf(
      !denies,
      `${bucket.label} takes requests in the clear: deny s3:* to everybody where aws:SecureTransport is false`,
    );
  }),
});
