import { Cron } from "croner";
import { NotKnown } from "./value.ts";

const day = 86_400;

/** A year with a 29 February, from its first second. */
const start = new Date("2028-01-01T00:00:00Z");

/** Of those on which it runs: as many as show every month, weekday and leap day that a schedule may name. */
const daysLookedAt = 400;

/**
 * Longest time between two runs of a schedule, in seconds.
 *
 * @param schedule Kubernetes cron, or AWS `cron(…)` and `rate(…)`
 * @throws NotKnown when it cannot be read
 */
export function longestGapSeconds(schedule: string): number {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule);
  if (rate !== null) {
    const unit = { minute: 60, hour: 3600, day }[rate[2] as "minute" | "hour" | "day"];
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

/** A day on which it runs looks like every other one: what is longer than its own gaps lies between two such days. */
function longestGap(cron: Cron): number {
  const days: number[] = [];
  for (let run = cron.nextRun(start); run !== null && days.length < daysLookedAt;) {
    const midnight = new Date(run).setUTCHours(0, 0, 0, 0) / 1000;
    days.push(midnight);
    // `nextRun` gives what is later than its argument.
    run = cron.nextRun(new Date((midnight + day - 1) * 1000));
  }
  const [first = 0] = days;
  if (days.length < 2) throw new Error("it never runs twice");
  const times: number[] = [];
  for (let run = cron.nextRun(new Date((first - 1) * 1000)); run !== null;) {
    const time = run.getTime() / 1000 - first;
    if (time >= day) break;
    times.push(time);
    run = cron.nextRun(run);
  }
  const pause = day - ((times.at(-1) ?? 0) - (times[0] ?? 0));
  return Math.max(...gaps(times), ...gaps(days).map((gap) => gap - day + pause));
}

const gaps = (sorted: readonly number[]) =>
  sorted.slice(1).map((each, index) => each - (sorted[index] ?? each));

const known = new Map<string, number>();

/** Several rules ask of the same schedules, and the answer takes a while. */
function remember(pattern: string, find: () => number): number {
  const gap = known.get(pattern) ?? find();
  known.set(pattern, gap);
  return gap;
}
