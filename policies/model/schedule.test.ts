import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { longestGapSeconds, readGapSeconds } from "./schedule.ts";

const minutes = 60;
const hours = 3600;
const days = 86_400;

describe("the longest pause of a schedule", () => {
  test.each([
    ["*/15 * * * *", 15 * minutes],
    ["* * * * *", minutes],
    ["0 3 * * *", days],
    ["0 3 * * 0", 7 * days],
    ["0,10 * * * *", 50 * minutes],
    ["*/5 * * * 1-5", 2 * days + 5 * minutes],
    ["* 8-17 * * *", 14 * hours + minutes],
    ["0 0 1 * *", 31 * days],
    ["0 0 31 * *", 61 * days],
    ["0 0 1,2 * *", 30 * days],
    ["0 * * * *", hours],
    ["*/5 * 1 * *", 30 * days + 5 * minutes],
    ["*/5 * * 1,3 *", 275 * days + 5 * minutes],
    ["*/5 8-17 * * 1,2", 5 * days + 14 * hours + 5 * minutes],
    // 2100 has none.
    ["0 0 29 2 *", 2921 * days],
    ["cron(0 5 ? * * *)", days],
    ["cron(0  5 ? * * *)", days],
    ["cron(0/30 * * * ? *)", 30 * minutes],
    ["rate(6 hours)", 6 * hours],
    ["rate(12 hours)", 12 * hours],
    ["rate(1 day)", days],
  ])("%s", (schedule, seconds) => {
    expect(readGapSeconds(schedule)).toBe(seconds);
  });

  test("is the same when it is asked for again", () => {
    const ask = () => longestGapSeconds("*/7 * * * *");
    expect([ask(), ask()]).toEqual([7 * minutes, 7 * minutes]);
  });

  test("is what all runs of a hundred days show", () => {
    const some = (least: number, most: number) =>
      fc.oneof(
        fc.constant("*"),
        fc.integer({ min: 2, max: most }).map((step) => `*/${step}`),
        fc
          .uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 4 })
          .map((values) => values.join(",")),
      );
    const schedules = fc.tuple(some(0, 23), some(1, 28), fc.constant("*"), some(0, 6));
    fc.assert(
      fc.property(schedules, (fields) => {
        const pattern = `0 ${fields.join(" ")}`;
        const runs = new Cron(pattern, { utcOffset: 0, sloppyRanges: true })
          .nextRuns(100 * 24, new Date("2028-01-01T00:00:00Z"))
          .map((run) => run.getTime() / 1000);
        const gaps = runs.slice(1).map((run, index) => run - (runs[index] ?? run));
        expect(readGapSeconds(pattern)).toBe(Math.max(...gaps));
      }),
      { numRuns: 10 },
    );
  });

  test.each([
    ["whenever"],
    [""],
    ["cron(x)"],
    ["at cron(0 5 ? * * *)"],
    ["cron(0 5 ? * * *) or so"],
    ["at rate(6 hours)"],
    ["rate(6 hours) or so"],
    ["0 0 30 2 *", "it never runs twice"],
  ])("%j cannot be read", (schedule, why = "") => {
    expect(() => readGapSeconds(schedule)).toThrow(
      `the schedule "${schedule}" cannot be read: ${why}`,
    );
  });
});
