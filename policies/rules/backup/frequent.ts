import { z } from "zod";
import { longestGapSeconds } from "../../model/schedule.ts";
import type { Reader } from "../../model/value.ts";
import { defineRule, each, failIf, pass } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";
import { aws } from "../../types.ts";

/** What AWS does when a rule names no schedule (API reference, BackupRule). */
const usual = "cron(0 5 ? * * *)";

export default defineRule({
  id: "backup-frequent",
  severity: "medium",
  title: "Backup plans run often enough",
  remediation:
    "Give one rule of the plan a `schedule` that runs more often, or `enableContinuousBackup: true` where the service has it.",
  covers: ["cfg-backup-plan-min-frequency-and-min-retention-check"],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html",
  config: z.strictObject({
    hours: z.number().positive().default(24).describe("Most hours between two backups"),
  }),
  check: each(aws.backupPlan, (plan, { config }) => {
    const rules = plan.list("rules");
    if (rules.some((rule) => rule.boolean("enableContinuousBackup") === true)) return pass;
    const seconds = Math.min(...rules.map(gapOf));
    return failIf(
      seconds > config.hours * 3600,
      `${plan.label} backs up every ${saySeconds(seconds)} at most, every ${config.hours} hours are wanted: change the schedule of a rule`,
    );
  }),
});

function gapOf(rule: Reader): number {
  return longestGapSeconds(rule.string("schedule") ?? usual);
}
