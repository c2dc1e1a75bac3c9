import { Cron } from "croner";
import { NotKnown } from "./value.ts";

const day = 86_400;

/** A year with a 29 February, from its first second. */
const start = Date.UTC(2028, 0, 1) / 1000;

/** Of those on which it runs: as many as show every month, weekday and leap day that a schedule may name. */
const daysLookedAt = 400;

/**
 * Longest time between two runs of a schedule, in seconds.
 *
 * @param schedule Kubernetes cron, or AWS `cron(…)` and `rate(…)`
 * @throws NotKnown when it cannot be read
 */
export function longestGapSeconds(schedule: string): number {
  // Several rules ask of the same schedules, and the answer takes a while.
  const gap = known.get(schedule) ?? readGapSeconds(schedule);
  known.set(schedule, gap);
  return gap;
}

const known = new Map<string, number>();

/** @see longestGapSeconds which remembers */
export function readGapSeconds(schedule: string): number {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule);
  if (rate !== null) {
    const unit = { minute: 60, hour: 3600, day }[rate[2] as "minute" | "hour" | "day"];
    return Number(rate[1]) * unit;
  }
  const fields = /^cron\((.+)\)$/.exec(schedule)?.[1];
  try {
    // AWS adds a year as the sixth field, and writes ? where another field decides.
    const pattern = fields?.split(/\s+/).slice(0, 5).join(" ").replaceAll("?", "*") ?? schedule;
    return longestGap(new Cron(pattern, { utcOffset: 0, sloppyRanges: true }));
  } catch (error) {
    throw new NotKnown(`the schedule "${schedule}" cannot be read: ${(error as Error).message}`);
  }
}

/** A day on which it runs looks like every other one: what is longer than its own gaps lies between two such days. */
function longestGap(cron: Cron): number {
  const days: number[] = [];
  for (let run = firstFrom(cron, start); run < Infinity && days.length < daysLookedAt;) {
    const midnight = run - (run % day);
    days.push(midnight);
    run = firstFrom(cron, midnight + day);
  }
  const between = gaps(days);
  if (between.length === 0) throw new Error("it never runs twice");
  const first = Number(days[0]);
  const times: number[] = [];
  for (let run = firstFrom(cron, first); run < first + day; run = firstFrom(cron, run + 1)) {
    times.push(run);
  }
  const pause = day - (Number(times.at(-1)) - Number(times[0]));
  return Math.max(...gaps(times), ...between.map((gap) => gap - day + pause));
}

/** Its first run in that second or later; Infinity when there is none. */
function firstFrom(cron: Cron, second: number): number {
  // What it gives is later than its argument.
  const run = cron.nextRun(new Date((second - 1) * 1000));
  return run === null ? Infinity : run.getTime() / 1000;
}

const gaps = (sorted: readonly number[]) =>
  sorted.slice(1).map((each, index) => each - Number(sorted[index]));
