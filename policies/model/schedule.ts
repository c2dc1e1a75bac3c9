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
    return remember(pattern, () =>
      longestGap(new Cron(pattern, { timezone: "UTC", sloppyRanges: true })),
    );
  } catch (error) {
    throw new NotKnown(`the schedule "${schedule}" cannot be read: ${(error as Error).message}`);
  }
}

function longestGap(cron: Cron): number {
  // A schedule that runs rarely shows its gaps run by run,
  const runs = cron.nextRuns(200, start).map((run) => run.getTime());
  if (runs.length < 2) throw new Error("it never runs twice");
  const gaps = runs.slice(1).map((run, i) => run - (runs[i] ?? run));
  // one that runs often, and pauses at night or at weekends, on the hours of two weeks.
  for (let hour = 24; hour < 15 * 24; hour += 1) {
    const time = new Date(start.getTime() + hour * 3_600_000);
    const [before] = cron.previousRuns(1, time);
    // The first run at that hour or after it.
    const after = cron.nextRun(new Date(time.getTime() - 1000));
    if (before !== undefined && after !== null) gaps.push(after.getTime() - before.getTime());
  }
  return Math.max(...gaps) / 1000;
}

const known = new Map<string, number>();

/** Several rules ask of the same schedules, and the answer takes a while. */
function remember(pattern: string, find: () => number): number {
  const gap = known.get(pattern) ?? find();
  known.set(pattern, gap);
  return gap;
}
