import { z } from "zod";
import { dataBuckets, eachDataBucket, isCopy, replicationOf } from "../../model/data.ts";
import { defineRule, notApplicable, pass, undecided, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-bucket-replicated",
  severity: "critical",
  title: "Buckets that a recovery needs are copied to another region",
  remediation:
    "Add an `aws.s3.BucketReplicationConfig` with one enabled rule for all objects, whose destination is a versioned bucket " +
    "made by a provider of the other region.",
  covers: [
    "DR-05",
    "CKV_AWS_144",
    "NAG-S3BucketReplicationEnabled",
    "cfg-s3-bucket-replication-enabled",
    "cfg-s3-bucket-cross-region-replication-enabled",
    "SH-S3.7",
    "PCR-aws-s3-bucket-enable-replication-configuration",
    "PCR-aws-s3-bucket-configure-replication-configuration",
  ],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
  config: z.strictObject(dataBuckets),
  check: eachDataBucket((bucket, { stack }) => {
    const replication = replicationOf(bucket, stack);
    if (replication === undefined) {
      if (isCopy(bucket, stack)) return notApplicable("it is itself the copy of another bucket");
      return violation(
        `objects of ${bucket.label} are in one region only: add a BucketReplicationConfig to a bucket of another one`,
      );
    }
    const rules = replication.list("rules").filter((rule) => rule.string("status") === "Enabled");
    if (rules.length === 0) {
      return violation(`no rule of ${replication.label} is on: set its status to Enabled`);
    }
    const general = rules.filter(
      (rule) => !["prefix", "filter.prefix", "filter.tag", "filter.and"].some((at) => rule.has(at)),
    );
    if (general.length === 0) {
      return violation(
        `${replication.label} copies only objects that its filters choose: take prefix and filter out of one rule`,
      );
    }
    const here = stack.regionOf(bucket);
    for (const rule of general) {
      const path = `${rule.path}.destination.bucket`;
      const target = stack.target(replication, path, aws.bucket);
      if (target.kind === "unknown")
        return undecided(`the destination of ${replication.label} is not known`);
      if (target.kind !== "resource") {
        return undecided(
          `the destination of ${replication.label} is not in this stack: its region cannot be seen`,
        );
      }
      if (stack.regionOf(target.resource) !== here) return pass;
    }
    return violation(
      `${replication.label} copies ${bucket.label} within ${here}: make the destination by a provider of another region`,
    );
  }),
});
