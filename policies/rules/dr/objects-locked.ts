import { z } from "zod";
import { dataBuckets, eachDataBucket } from "../../model/data.ts";
import { daysPerYear } from "../../model/data.ts";
import { all, defineRule, failIf, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-objects-locked",
  severity: "high",
  title: "Objects that a recovery needs cannot be deleted before their time, in source and copy",
  remediation:
    "Make the bucket with `objectLockEnabled: true` and add an `aws.s3.BucketObjectLockConfiguration` with a default retention, " +
    "for the bucket and for the one it is copied into.",
  covers: [
    "DR-06",
    "CKV_AWS_143",
    "NAG-S3BucketDefaultLockEnabled",
    "cfg-s3-bucket-default-lock-enabled",
    "SH-S3.15",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
  config: z.strictObject({
    ...dataBuckets,
    minimumDays: z.int().min(1).default(7).describe("Least default retention, in days"),
    modes: z
      .array(z.enum(["GOVERNANCE", "COMPLIANCE"]))
      .default(["GOVERNANCE", "COMPLIANCE"])
      .describe("Modes that count"),
  }),
  check: eachDataBucket((bucket, { stack, config }) => {
    const lock = stack.partOf(bucket, aws.bucketLock, "bucket");
    if (lock === undefined) {
      return violation(
        `objects of ${bucket.label} can be deleted at any time: add a BucketObjectLockConfiguration of ${config.minimumDays} days`,
      );
    }
    const retention = lock.at("rule.defaultRetention");
    const mode = retention.string("mode") ?? "not set";
    const days = (retention.number("days") ?? 0) + (retention.number("years") ?? 0) * daysPerYear;
    return all(
      failIf(
        !config.modes.some((each) => each === mode),
        `the mode of ${lock.label} is ${mode}: set rule.defaultRetention.mode to ${config.modes.join(" or ")}`,
      ),
      failIf(
        days < config.minimumDays,
        `${lock.label} locks for ${days} days, ${config.minimumDays} are wanted: set rule.defaultRetention.days`,
      ),
    );
  }),
});
