import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { copiedBucket } from "../../testing/buckets.ts";
import { notKnown, type Built, type StackBuilder } from "../../testing/builder.ts";
import rule from "./objects-locked.ts";

type Retention = aws.types.input.s3.BucketObjectLockConfigurationRuleDefaultRetention;
const lock = (s: StackBuilder, of: Built, defaultRetention: Retention) =>
  s.add(aws.s3.BucketObjectLockConfiguration, `${of.name}-lock`, {
    bucket: of.id,
    rule: { defaultRetention },
  });
const bucket = (s: StackBuilder) => s.add(aws.s3.Bucket, "backups", { objectLockEnabled: true });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "both ends",
      stack: (s) => {
        const { bucket, copy } = copiedBucket(s);
        lock(s, bucket, { mode: "GOVERNANCE", days: 7 });
        lock(s, copy, { mode: "COMPLIANCE", years: 1 });
      },
      of: ["backups", "backups-copy"],
    },
    {
      title: "years count",
      stack: (s) => lock(s, bucket(s), { mode: "COMPLIANCE", years: 1 }),
      config: { minimumDays: 365 },
    },
  ],
  violation: [
    {
      title: "the copy is not locked",
      stack: (s) => lock(s, copiedBucket(s).bucket, { mode: "GOVERNANCE", days: 7 }),
      says: "objects of Bucket backups-copy can be deleted at any time",
      of: ["backups-copy"],
    },
    {
      title: "a day too short",
      stack: (s) => lock(s, bucket(s), { mode: "GOVERNANCE", days: 6 }),
      says: "backups-lock locks for 6 days, 7 are wanted",
    },
    {
      title: "another mode is wanted",
      stack: (s) => lock(s, bucket(s), { mode: "GOVERNANCE", days: 30 }),
      config: { modes: ["COMPLIANCE"] },
      says: "is GOVERNANCE: set rule.defaultRetention.mode to COMPLIANCE",
    },
    {
      title: "no default retention",
      stack: (s) => s.add(aws.s3.BucketObjectLockConfiguration, "lock", { bucket: bucket(s).id }),
      says: "the mode of BucketObjectLockConfiguration lock is not set: set rule.defaultRetention.mode to GOVERNANCE or COMPLIANCE",
    },
  ],
  unknown: [
    {
      title: "days that are not known",
      stack: (s) => lock(s, bucket(s), { mode: "GOVERNANCE", days: notKnown() }),
      says: "rule.defaultRetention.days of BucketObjectLockConfiguration backups-lock is not known",
    },
  ],
  notApplicable: [{ title: "no bucket of data", stack: (s) => s.add(aws.s3.Bucket, "logs", {}) }],
};
export default cases;
