import { clip, firstRanges, fromPairs, size, subtract } from "../proof/ranges.ts";
import type { Ranges } from "../proof/ranges.ts";

/** What of `[from, to)` is not in `present`. */
export function holes(present: Ranges, from: number, to: number): Ranges {
  return from >= to ? [] : subtract([from, to - 1], clip(present, from, to - 1));
}

/**
 * Fewer, longer ranges that cover every one of `ranges`: gaps of up to `slack` offsets are joined,
 * because reading a few records that are not wanted is cheaper than another request. (Every
 * transaction leaves a hole of one offset.)
 */
export function coalesce(ranges: Ranges, slack: number): Ranges {
  const pairs = firstRanges(ranges, Infinity).map(({ from, to }): [number, number] => [
    from,
    to + slack,
  ]);
  const joined = firstRanges(fromPairs(pairs), Infinity);
  return fromPairs(joined.map(({ from, to }): [number, number] => [from, to - slack]));
}

/** Membership for offsets that are asked in rising order. */
export function membership(ranges: Ranges): (offset: number) => boolean {
  let index = 0;
  return (offset) => {
    while (index < ranges.length && (ranges[index + 1] ?? 0) < offset) index += 2;
    return index < ranges.length && (ranges[index] ?? Infinity) <= offset;
  };
}

/** Wanted offsets per partition. */
export type Wanted = ReadonlyMap<number, Ranges>;

export function totalSize(wanted: Wanted): number {
  return [...wanted.values()].reduce((sum, ranges) => sum + size(ranges), 0);
}
