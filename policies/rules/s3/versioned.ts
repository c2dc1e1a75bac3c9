import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-versioned",
  severity: "high",
  title: "Buckets keep every version of an object",
  remediation:
    'Add an `aws.s3.BucketVersioning` with `versioningConfiguration: { status: "Enabled" }`: an overwritten or deleted ' +
    "object stays there, and replication and object lock need it.",
  covers: [
    "CKV_AWS_21",
    "AWS-0090",
    "NAG-S3BucketVersioningEnabled",
    "cfg-s3-bucket-versioning-enabled",
    "SH-S3.14",
    "DR-05",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
  config: z.strictObject({}),
  check: each(aws.bucket, (bucket, { stack }) => {
    const versioning = stack.partOf(bucket, aws.bucketVersioning, "bucket");
    const status =
      versioning?.string("versioningConfiguration.status") ??
      // Written into the bucket itself, as before version 7 of the provider.
      (bucket.boolean("versioning.enabled") === true ? "Enabled" : "not set");
    return failIf(
      status !== "Enabled",
      `versioning of ${bucket.label} is ${status}: ` +
        (versioning === undefined
          ? "add a BucketVersioning with status Enabled"
          : `set ${versioning.label}'s versioningConfiguration.status to Enabled`),
    );
  }),
});
