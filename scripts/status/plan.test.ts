import { expect, test } from "vitest";
import { expected } from "./plan.ts";

const rates = { restoreBytesPerSecond: 100, replayBytesPerSecond: 10, fixedSeconds: 30 };

test.each([
  ["both", rates, 1000, 50, 45],
  ["no archive to read", rates, 1000, 0, 40],
  ["a speed that was never measured", { ...rates, replayBytesPerSecond: null }, 1000, 50, null],
  ["and is not needed", { ...rates, replayBytesPerSecond: null }, 1000, 0, 40],
])("expected duration: %s", (_what, of, backup, archive, seconds) => {
  expect(expected(of, backup, archive)).toBe(seconds);
});
