import { expect, test } from "vitest";
import { rules } from "../index.ts";
import { BadInput, readSettings } from "./index.ts";

/** Settings of rules with the values that are still taken, and those that are not any more. */
const bounds: readonly [string, string, readonly unknown[], readonly unknown[]][] = [
  ["kms-rotated", "maximumDays", [90, 2560], [89, 2561, 100.5]],
  ["secrets-recoverable", "minimumDays", [7, 30], [6, 31, 7.5]],
  ["secrets-rotated", "maximumDays", [1, 1000], [0, 1001, 1.5]],
  ["kinesis-kept", "minimumHours", [24, 8760], [23, 8761, 24.5]],
  ["backup-frequent", "hours", [0.25, 168], [0, -1]],
  ["backup-kept", "minimumDays", [1, 3650], [0, 1.5]],
  ["eks-supported", "oldest", ["1.34", "10.100"], ["1", "v1.34", "1.34.1"]],
  ["eks-logs", "logs", [[], ["audit"]], [["everything"]]],
  ["workloads-not-root", "minimumUser", [1, 10_000], [0, 1.5]],
  ["workloads-replicas", "minimum", [2, 9], [1, 2.5]],
];

test.each(bounds)("%s takes %s within its bounds", (id, setting, good, bad) => {
  const read = (value: unknown) => () =>
    readSettings({ rules: { [id]: { [setting]: value } } }, "prod", rules);
  for (const value of good) expect(read(value), String(value)).not.toThrow();
  for (const value of bad) expect(read(value), String(value)).toThrow(BadInput);
});
