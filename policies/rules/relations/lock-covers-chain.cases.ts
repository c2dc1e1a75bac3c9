import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./lock-covers-chain.ts";

type Retention = aws.types.input.s3.BucketObjectLockConfigurationRuleDefaultRetention;
const lock = (defaultRetention: Retention) => (s: StackBuilder) =>
  s.add(aws.s3.BucketObjectLockConfiguration, "lock", {
    bucket: s.add(aws.s3.Bucket, "backups", {}).id,
    rule: { defaultRetention },
  });
const objectives = { backup: { interval: "1 hour", duration: "1 minute", chain: "8 days" } };

const cases: Cases = {
  rule,
  pass: [
    { title: "exactly", stack: lock({ days: 8 }), objectives, of: ["lock"] },
    { title: "years", stack: lock({ years: 1 }), objectives },
  ],
  violation: [
    {
      title: "a day short",
      stack: lock({ days: 7 }),
      objectives,
      says: "locks for 7 days, the longest chain is 8 days (objectives.backup.chain): set rule.defaultRetention.days to 8",
    },
    { title: "nothing set", stack: lock({}), objectives, says: "locks for 0 days" },
    {
      title: "a chain of years",
      stack: lock({ years: 1 }),
      objectives: { backup: { interval: "1 hour", duration: "1 minute", chain: "366 days" } },
      says: "locks for 365 days",
    },
  ],
  unknown: [{ title: "not known", stack: lock({ days: notKnown() }), objectives }],
  notApplicable: [
    { title: "no lock", stack: (s) => s.add(aws.s3.Bucket, "backups", {}), objectives },
    { title: "no chain is declared", stack: lock({ days: 1 }), says: "objectives.backup.chain" },
  ],
};
export default cases;
