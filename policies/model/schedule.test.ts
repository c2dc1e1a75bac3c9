import { describe, expect, test } from "vitest";
import { longestGapSeconds } from "./schedule.ts";

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
    ["*/5 * 1 * *", 30 * days + 5 * minutes],
    ["cron(0 5 ? * * *)", days],
    ["cron(0/30 * * * ? *)", 30 * minutes],
    ["rate(6 hours)", 6 * hours],
    ["rate(1 day)", days],
  ])("%s", (schedule, seconds) => {
    expect(longestGapSeconds(schedule)).toBe(seconds);
  });

  test.each(["whenever", "", "cron(x)", "0 0 30 2 *"])("%j cannot be read", (schedule) => {
    expect(() => longestGapSeconds(schedule)).toThrow(/cannot be read/);
  });
});
