import { Cron } from "croner";
import { NotKnown } from "./value.ts";

const hour = 3_600_000;

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
      longestGap(new Cron(pattern, { utcOffset: 0, sloppyRanges: true })),
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
  // one that runs often, and pauses at night or at weekends, by the hours of two weeks in which it does not.
  const end = start.getTime() + 15 * 24 * hour;
  for (let time = Math.max(...runs); time < end; time += hour) {
    // The first run at that time or after it.
    const after = cron.nextRun(new Date(time - 1000))?.getTime() ?? time;
    if (after - time < hour) continue;
    const [before] = cron.previousRuns(1, new Date(time));
    if (before !== undefined) gaps.push(after - before.getTime());
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
