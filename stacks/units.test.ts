import { describe, expect, test } from "vitest";
import { isDuration, toSeconds } from "./units.ts";

describe("durations", () => {
  test.each([
    ["15 seconds", 15],
    ["1 minute", 60],
    ["1.5 hours", 5400],
    ["7 days", 604_800],
  ])("%s is %d s", (text, seconds) => {
    expect(toSeconds(text)).toBe(seconds);
    expect(isDuration(text)).toBe(true);
  });

  test.each(["", "15", "15s", "-1 second", "seconds", "1 week", " 1 second"])(
    "%j is refused with what to write",
    (text) => {
      expect(isDuration(text)).toBe(false);
      expect(() => toSeconds(text)).toThrow(/for example "15 seconds"/);
    },
  );
});
