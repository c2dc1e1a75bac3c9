import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastContiguous, lsnToBigInt, segmentsBetween, storedSegment, timelineOf } from "./wal.ts";

describe("WAL segments", () => {
  test("run over the end of the low part", () => {
    expect(segmentsBetween("0000000200000000000000FE", "000000020000000100000001")).toEqual([
      "0000000200000000000000FE",
      "0000000200000000000000FF",
      "000000020000000100000000",
      "000000020000000100000001",
    ]);
  });

  test("are as many as the numbers say, for every segment size", () => {
    const size = fc.integer({ min: 0, max: 10 }).map((power) => 2 ** (20 + power));
    fc.assert(
      fc.property(size, fc.nat(2 ** 20), fc.nat(40), (segmentSize, first, count) => {
        const per = 2 ** 32 / segmentSize;
        const name = (n: number) =>
          `00000001${[Math.floor(n / per), n % per].map((p) => p.toString(16).toUpperCase().padStart(8, "0")).join("")}`;
        const names = segmentsBetween(name(first), name(first + count), segmentSize);
        expect(names).toHaveLength(count + 1);
        expect(names).toEqual([...names].sort());
        expect(names.at(-1)).toBe(name(first + count));
      }),
    );
  });

  test("a replay ends at the first gap and follows the newest timeline", () => {
    const wal = (...names: string[]) => new Set(names.map((n) => n.replace("-", "00000000000000")));
    const one = "000000010000000000000003";
    expect(lastContiguous(one, wal("00000001-03", "00000001-04", "00000001-06"))).toBe(
      "000000010000000000000004",
    );
    expect(
      lastContiguous(one, wal("00000001-03", "00000001-04", "00000002-04", "00000002-05")),
    ).toBe("000000020000000000000005");
    expect(lastContiguous(one, wal("00000001-04"))).toBeUndefined();
  });

  test.each([
    ["000000010000000000000003.gz", "000000010000000000000003"],
    ["000000010000000000000003", "000000010000000000000003"],
    ["000000010000000000000003.partial", undefined],
    ["000000010000000000000003.00000028.backup", undefined],
    ["00000002.history", undefined],
  ])("%s is stored as %s", (file, segment) => {
    expect(storedSegment(file)).toBe(segment);
  });

  test("tell their timeline, and positions compare", () => {
    expect(timelineOf("0000000A0000000000000003")).toBe(10);
    expect(lsnToBigInt("1/0")).toBeGreaterThan(lsnToBigInt("0/FFFFFFFF"));
    expect(() => lsnToBigInt("x")).toThrow();
  });
});
