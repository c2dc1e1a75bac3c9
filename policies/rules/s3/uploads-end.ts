import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-uploads-end",
  severity: "medium",
  title: "Uploads that were broken off go away, and old versions end at some time",
  remediation:
    "Add an `aws.s3.BucketLifecycleConfiguration` with `abortIncompleteMultipartUpload: { daysAfterInitiation: 7 }`: parts of broken uploads are paid for and seen by nobody.",
  covers: ["CKV2_AWS_61", "CKV_AWS_300", "SH-S3.13"],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",
  config: z.strictObject({
    days: z.int().min(1).default(7).describe("Most days that parts of a broken upload may stay"),
  }),
  check: each(aws.bucket, (bucket, { stack, config }) => {
    const lifecycle = stack.partOf(bucket, aws.bucketLifecycle, "bucket");
    const days = (lifecycle?.list("rules") ?? [])
      .filter((rule) => rule.string("status") === "Enabled")
      .flatMap((rule) => rule.number("abortIncompleteMultipartUpload.daysAfterInitiation") ?? []);
    const least = Math.min(Infinity, ...days);
    return failIf(
      least > config.days,
      least === Infinity
        ? `parts of broken uploads stay in ${bucket.label} for ever: add a lifecycle rule with abortIncompleteMultipartUpload`
        : `parts of broken uploads stay in ${bucket.label} for ${least} days, ${config.days} are allowed: lower daysAfterInitiation`,
    );
  }),
});
