import { z } from "zod";
import { daysPerYear } from "../../model/data.ts";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "relations-lock-covers-chain",
  severity: "critical",
  title: "Objects are locked as long as the newest backup needs them",
  remediation:
    "Set the lock's days to the longest chain or more, or take full backups more often: a base that can be deleted takes every increment along.",
  covers: ["DR-06"],
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
  config: z.strictObject({}),
  check: each(aws.bucketLock, (lock, { stack }) => {
    const chain = stack.objectives.backup?.chain;
    if (chain === undefined) return notApplicable("objectives.backup.chain is not declared");
    const retention = lock.at("rule.defaultRetention");
    const days = (retention.number("days") ?? 0) + (retention.number("years") ?? 0) * daysPerYear;
    return failIf(
      days * 86_400 < chain,
      `${lock.label} locks for ${days} days, the longest chain is ${saySeconds(chain)} (objectives.backup.chain): ` +
        `set rule.defaultRetention.days to ${Math.ceil(chain / 86_400)}`,
    );
  }),
});
