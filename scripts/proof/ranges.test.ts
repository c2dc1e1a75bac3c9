import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clip,
  firstRanges,
  fromOffsets,
  fromPairs,
  highest,
  intersect,
  lowest,
  type Ranges,
  RangesBuilder,
  size,
  subtract,
  union,
  widestRanges,
} from "./ranges.ts";

const offsets = fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 60 });
const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 80 })), {
  maxLength: 20,
});

/** The naive model: every offset listed. */
function list(ranges: Ranges): Set<number> {
  const out = new Set<number>();
  for (const { from, to } of firstRanges(ranges, Infinity)) {
    for (let offset = from; offset <= to; offset++) out.add(offset);
  }
  return out;
}

/** Sorted, disjoint, no two ranges that could be one. */
function expectWellFormed(ranges: Ranges): void {
  expect(ranges.length % 2).toBe(0);
  firstRanges(ranges, Infinity).forEach(({ from, to }, index, all) => {
    expect(from).toBeLessThanOrEqual(to);
    const next = all[index + 1];
    if (next !== undefined) expect(to + 1).toBeLessThan(next.from);
  });
}

const operations: [
  string,
  (a: Ranges, b: Ranges) => Ranges,
  (a: Set<number>, b: Set<number>) => Set<number>,
][] = [
  ["union", union, (a, b) => new Set([...a, ...b])],
  ["intersect", intersect, (a, b) => new Set([...a].filter((x) => b.has(x)))],
  ["subtract", subtract, (a, b) => new Set([...a].filter((x) => !b.has(x)))],
];

describe("ranges against plain sets", () => {
  test.each(operations)("%s", (_name, operation, model) => {
    fc.assert(
      fc.property(offsets, offsets, (a, b) => {
        const result = operation(fromOffsets(a), fromOffsets(b));
        expectWellFormed(result);
        expect(list(result)).toEqual(model(new Set(a), new Set(b)));
      }),
      { numRuns: 500 },
    );
  });

  test("offsets in any order, repeated or not, give the set; size counts it", () => {
    fc.assert(
      fc.property(offsets, (a) => {
        const ranges = fromOffsets(a);
        expectWellFormed(ranges);
        expect(list(ranges)).toEqual(new Set(a));
        expect(size(ranges)).toBe(new Set(a).size);
        expect(lowest(ranges)).toBe(a.length === 0 ? undefined : Math.min(...a));
        expect(highest(ranges)).toBe(a.length === 0 ? undefined : Math.max(...a));
      }),
    );
  });

  test("overlapping pairs, reversed ones ignored; the builder agrees in any order", () => {
    fc.assert(
      fc.property(pairs, (some) => {
        const model = new Set<number>();
        for (const [from, to] of some) for (let x = from; x <= to; x++) model.add(x);
        const builder = new RangesBuilder();
        for (const [from, to] of some) builder.add(from, to);
        for (const ranges of [fromPairs(some), builder.build()]) {
          expectWellFormed(ranges);
          expect(list(ranges)).toEqual(model);
        }
      }),
    );
  });

  test("the builder merges what it has put aside while it goes on", () => {
    const builder = new RangesBuilder();
    for (let offset = 40_000; offset >= 0; offset -= 2) builder.add(offset);
    const ranges = builder.build();
    expectWellFormed(ranges);
    expect(size(ranges)).toBe(20_001);
  });

  test("the widest ranges are those that sorting all of them would give", () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 6 }), (given, limit) => {
        const ranges = fromPairs(given);
        const widths = (of: { from: number; to: number }[]) =>
          of.map(({ from, to }) => to - from).sort((a, b) => b - a);
        const widest = widestRanges(ranges, limit);
        expect(widths(widest)).toEqual(widths(firstRanges(ranges, 100)).slice(0, limit));
        expect(widest).toEqual(widest.toSorted((a, b) => a.from - b.from));
      }),
    );
  });

  test("clip keeps both ends", () => {
    expect(clip([0, 9], 3, 9)).toEqual([3, 9]);
    expect(clip([0, 9], 5, 4)).toEqual([]);
  });
});
