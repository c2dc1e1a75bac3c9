import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "backup-kept",
  severity: "medium",
  title: "Backup plans keep backups long enough",
  remediation:
    "Raise `lifecycle.deleteAfter` of one rule, or leave it out to keep its backups for ever: damage is often found weeks later.",
  covers: [
    "cfg-backup-plan-min-frequency-and-min-retention-check",
    "cfg-backup-recovery-point-minimum-retention-check",
  ],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html",
  config: z.strictObject({
    minimumDays: z
      .int()
      .min(1)
      .default(35)
      .describe("Least days that the longest-kept backups of a plan are kept"),
  }),
  check: each(aws.backupPlan, (plan, { config }) => {
    // Frequent backups may go early when others of the same plan stay.
    const days = Math.max(
      ...plan.list("rules").map((rule) => rule.number("lifecycle.deleteAfter") ?? Infinity),
    );
    return failIf(
      days < config.minimumDays,
      `${plan.label} keeps backups for ${days} days, ${config.minimumDays} are wanted: raise lifecycle.deleteAfter of a rule`,
    );
  }),
});
