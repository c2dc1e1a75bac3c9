import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./expiry-after-chain.ts";

type Rule = aws.types.input.s3.BucketLifecycleConfigurationRule;
const expire = (rule: Partial<Rule>) => (s: StackBuilder) => {
  const bucket = s.add(aws.s3.Bucket, "backups", {});
  s.add(aws.s3.BucketLifecycleConfiguration, "lifecycle", {
    bucket: bucket.id,
    rules: [{ id: "expire", status: "Enabled", ...rule }],
  });
};
const chain = { backup: { interval: "1 day", duration: "1 hour", chain: "8 days" } };

const cases: Cases = {
  rule,
  pass: [
    { title: "exactly as long", stack: expire({ expiration: { days: 35 } }) },
    {
      title: "longer than the declared chain",
      stack: expire({
        expiration: { days: 8 },
        noncurrentVersionExpiration: { noncurrentDays: 8 },
      }),
      objectives: chain,
    },
    { title: "a rule that is off", stack: expire({ status: "Disabled", expiration: { days: 1 } }) },
    {
      title: "only markers expire",
      stack: expire({ expiration: { days: 0, expiredObjectDeleteMarker: true } }),
    },
  ],
  violation: [
    {
      title: "a day too early",
      stack: expire({ expiration: { days: 34 } }),
      says: "takes objects of Bucket backups away after 34 days, they are needed for 35 (config minimumDays): raise rules[].expiration.days",
      of: ["backups"],
    },
    {
      title: "old versions, earlier than the declared chain",
      stack: expire({ noncurrentVersionExpiration: { noncurrentDays: 7 } }),
      objectives: chain,
      says: "after 7 days, they are needed for 8 (objectives.backup.chain, the longest chain): raise rules[].noncurrentVersionExpiration.noncurrentDays",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: expire({ expiration: { days: notKnown() } }),
      says: "rules.0.expiration.days of BucketLifecycleConfiguration lifecycle is not known",
    },
  ],
  notApplicable: [
    {
      title: "nothing expires",
      stack: (s) => s.add(aws.s3.Bucket, "backups", {}),
      says: "nothing expires",
    },
    { title: "a bucket of logs", stack: (s) => s.add(aws.s3.Bucket, "logs", {}) },
  ],
};
export default cases;
