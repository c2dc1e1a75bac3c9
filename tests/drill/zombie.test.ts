import { expect, test } from "vitest";
import { consumesStill } from "./zombie.ts";

test.each([
  ["stopped before the recovery had ended", 0, 900, false],
  ["has what was sent after it, and no more comes", 0, 1001, true],
  ["takes rows while it is looked at", 3, 900, true],
  ["has nothing, or does not answer", 0, null, false],
])("a zombie that %s", (_, newRows, lastConsumedAt, still) => {
  expect(consumesStill(newRows, lastConsumedAt, 1000)).toBe(still);
});
