import { z } from "zod";
import { holdsNothing, saysItHoldsNothing } from "../../model/data.ts";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "s3-logged",
  severity: "low",
  title: "Requests to buckets are logged",
  remediation: "Add an `aws.s3.BucketLogging` that writes to another bucket.",
  covers: [
    "CKV_AWS_18",
    "AWS-0089",
    "NAG-S1",
    "cfg-s3-bucket-logging-enabled",
    "SH-S3.9",
    "AG-s3-bucket-logging-enabled",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
  config: z.strictObject({}),
  check: each(aws.bucket, (bucket, { stack }) => {
    if (saysItHoldsNothing(bucket)) return notApplicable(holdsNothing);
    const logging = stack.partOf(bucket, aws.bucketLogging, "bucket");
    const takesLogs = stack.pointingAt(bucket, aws.bucketLogging, "targetBucket").sure.length > 0;
    if (takesLogs) return notApplicable("it takes the logs of others");
    return failIf(
      logging === undefined && !bucket.has("logging.targetBucket"),
      `nobody can tell who read or deleted objects of ${bucket.label}: add a BucketLogging`,
    );
  }),
});
