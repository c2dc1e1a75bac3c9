import { z } from "zod";
import { clickHouses, cronJobsOf } from "../../model/platform.ts";
import { longestGapSeconds } from "../../model/schedule.ts";
import { defineRule, eachOf, failIf, pass, violation } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";

export default defineRule({
  id: "dr-clickhouse-backups",
  severity: "critical",
  title: "ClickHouse is backed up as often as promised",
  remediation:
    "Add a CronJob that backs ClickHouse up; its longest pause must not exceed objectives.backup.interval, else objectives.rpo.",
  covers: ["DR-15"],
  url: "https://clickhouse.com/docs/operations/backup",
  config: z.strictObject({}),
  check: eachOf(clickHouses, "the stack has no ClickHouse", (cluster, { stack }) => {
    const jobs = cronJobsOf(stack, /clickhouse/i, /backup/i).filter(
      (each) => each.boolean("spec.suspend") !== true,
    );
    const [job] = jobs;
    if (job === undefined) {
      return violation(`no CronJob backs ${cluster.label} up: add one`);
    }
    const { backup, rpo } = stack.objectives;
    const most = backup?.interval ?? rpo;
    if (most === undefined) return pass;
    const gap = Math.min(
      ...jobs.map((each) => longestGapSeconds(String(each.string("spec.schedule")))),
    );
    return failIf(
      gap > most,
      `backups of ${cluster.label} are up to ${saySeconds(gap)} apart, ${saySeconds(most)} are promised ` +
        `(objectives.${backup === undefined ? "rpo" : "backup.interval"}): change spec.schedule of ${job.label}`,
    );
  }),
});
