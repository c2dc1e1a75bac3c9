import { Cron } from "croner";
import { NotKnown } from "./value.ts";

/** A year with a 29 February, from its first second. */
const start = new Date("2028-01-01T00:00:00Z");

/**
 * Longest time between two runs of a schedule.
 *
 * @param schedule Kubernetes cron, or AWS `cron(…)` and `rate(…)`
 * @throws NotKnown when it cannot be read
 */
export function longestGapSeconds(schedule: string): number {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule);
  if (rate !== null) {
    const unit = { minute: 60, hour: 3600, day: 86_400 }[rate[2] as "minute" | "hour" | "day"];
    return Number(rate[1]) * unit;
  }
  const fields = /^cron\((.+)\)$/.exec(schedule)?.[1];
  try {
    // AWS adds a year as the sixth field, and writes ? where another field decides.
    const pattern = fields?.split(/\s+/).slice(0, 5).join(" ").replaceAll("?", "*") ?? schedule;
    const runs = new Cron(pattern, { timezone: "UTC", mode: "auto" }).nextRuns(500, start);
    const gaps = runs.slice(1).map((run, i) => run.getTime() - (runs[i]?.getTime() ?? 0));
    if (gaps.length === 0) throw new Error("it never runs twice");
    return Math.max(...gaps) / 1000;
  } catch (error) {
    throw new NotKnown(`the schedule "${schedule}" cannot be read: ${(error as Error).message}`);
  }
}
