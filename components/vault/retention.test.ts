import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lifecycleOf, retentionOf, type RetentionArgs } from "./retention.ts";

const args: RetentionArgs = { lock: { days: 35 }, longestChainDays: 8, keepDays: 30 };
const days = fc.integer({ min: 1, max: 400 });

describe("retention", () => {
  test("is governed by default, and outlives the longest chain", () => {
    expect(retentionOf(args)).toEqual({
      mode: "GOVERNANCE",
      lockDays: 35,
      expireDays: 38,
      noncurrentDays: 30,
    });
  });

  test("never lets a chain lose an object while its newest backup is kept", () => {
    fc.assert(
      fc.property(days, days, days, (lock, longestChainDays, keepDays) => {
        fc.pre(lock >= longestChainDays);
        const { expireDays } = retentionOf({ lock: { days: lock }, longestChainDays, keepDays });
        // Ages of the oldest object of a chain whose newest backup is `newest` days old.
        for (const newest of [0, keepDays / 2, keepDays - 0.001]) {
          expect(newest + longestChainDays).toBeLessThan(expireDays);
        }
        expect(expireDays).toBeGreaterThanOrEqual(lock);
      }),
    );
  });

  test("is refused with the numbers when the lock ends before the chain", () => {
    expect(() => retentionOf({ ...args, lock: { days: 7 } })).toThrow(
      /vault\.lock is 7 days and the longest chain of backups 8.*Write 8 days or more/,
    );
    expect(retentionOf({ ...args, lock: { days: 8 } }).lockDays).toBe(8);
  });

  test.each<[string, RetentionArgs]>([
    ["lock.days is 0", { ...args, lock: { days: 0 } }],
    ["keepDays is 1.5", { ...args, keepDays: 1.5 }],
    ["longestChainDays is -1", { ...args, longestChainDays: -1 }],
    ["noncurrentDays is 0", { ...args, noncurrentDays: 0 }],
  ])("is refused when vault.%s", (message, wrong) => {
    expect(() => retentionOf(wrong)).toThrow(`vault.${message}`);
  });
});

describe("lifecycle rules", () => {
  const retention = retentionOf({ ...args, lock: { days: 35, mode: "COMPLIANCE" } });

  test.each(["backups", "archive"] as const)("of %s expire whole chains", (purpose) => {
    expect(lifecycleOf(purpose, retention)).toEqual([
      {
        id: "whole-chains-main",
        status: "Enabled",
        filter: { prefix: "e" },
        expiration: { days: 38 },
      },
      {
        id: "whole-chains-drills",
        status: "Enabled",
        filter: { prefix: "drill-" },
        expiration: { days: 38 },
      },
      {
        id: "versions",
        status: "Enabled",
        filter: { prefix: "" },
        noncurrentVersionExpiration: { noncurrentDays: 30 },
      },
      {
        id: "leftovers",
        status: "Enabled",
        filter: { prefix: "" },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        expiration: { expiredObjectDeleteMarker: true },
      },
    ]);
  });

  test("of control expire no record, only what was overwritten", () => {
    const rules = lifecycleOf("control", retention);
    expect(rules.map(({ id }) => id)).toEqual(["versions", "lease-versions", "leftovers"]);
    expect(JSON.stringify(rules)).not.toContain('"days"');
    expect(rules[1]).toMatchObject({
      filter: { prefix: "main/lease/" },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    });
  });

  test("leave a sink connector's index objects alone", () => {
    const expiring = lifecycleOf("archive", retention).flatMap((rule) => {
      const { expiration, filter } = rule as {
        expiration?: { days?: number };
        filter: { prefix: string };
      };
      return expiration?.days === undefined ? [] : [filter.prefix];
    });
    expect(expiring.filter((prefix) => ".indexes/connector/x".startsWith(prefix))).toEqual([]);
    expect(expiring.filter((prefix) => "e12/cluster/x".startsWith(prefix))).toEqual(["e"]);
    expect(expiring.filter((prefix) => "drill-a/e1/x".startsWith(prefix))).toEqual(["drill-"]);
  });
});
