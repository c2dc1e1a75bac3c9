/**
 * Sets of offsets as sorted, disjoint, non-adjacent closed ranges, kept flat: `[from, to, from, to, …]`.
 * A set costs 16 bytes a *hole*, whatever the number of offsets in it: a partition of any length
 * without holes is two numbers. Offsets are safe integers (a Kafka partition never gets to 2^53).
 */
export type Ranges = readonly number[];

export interface Range {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

export const noRanges: Ranges = [];

/** Elements of an always well-formed flat array: the index is never out of bounds. */
function at(ranges: readonly number[], index: number): number {
  return ranges[index] ?? Number.NaN;
}

/** Any ranges, overlapping or not, in any order, as a set. */
export function fromPairs(pairs: readonly (readonly [number, number])[]): Ranges {
  const sorted = pairs.filter(([from, to]) => from <= to).toSorted((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [from, to] of sorted) append(out, from, to);
  return out;
}

/** A set of single offsets in any order; repeated ones count once. */
export function fromOffsets(offsets: Iterable<number>): Ranges {
  const sorted = Float64Array.from(offsets).sort();
  const out: number[] = [];
  for (const offset of sorted) append(out, offset, offset);
  return out;
}

/** Adds a range that starts at or after every range already in `out`. */
function append(out: number[], from: number, to: number): void {
  const last = out.length - 1;
  if (last > 0 && from <= at(out, last) + 1) {
    if (to > at(out, last)) out[last] = to;
  } else {
    out.push(from, to);
  }
}

export function union(a: Ranges, b: Ranges): Ranges {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && at(a, i) <= at(b, j))) {
      append(out, at(a, i), at(a, i + 1));
      i += 2;
    } else {
      append(out, at(b, j), at(b, j + 1));
      j += 2;
    }
  }
  return out;
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const from = Math.max(at(a, i), at(b, j));
    const to = Math.min(at(a, i + 1), at(b, j + 1));
    if (from <= to) out.push(from, to);
    if (at(a, i + 1) < at(b, j + 1)) i += 2;
    else j += 2;
  }
  return out;
}

/** What is in `a` and not in `b`. */
export function subtract(a: Ranges, b: Ranges): Ranges {
  const out: number[] = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let from = at(a, i);
    const to = at(a, i + 1);
    while (j < b.length && at(b, j + 1) < from) j += 2;
    let k = j;
    while (k < b.length && at(b, k) <= to) {
      if (at(b, k) > from) out.push(from, at(b, k) - 1);
      from = at(b, k + 1) + 1;
      k += 2;
    }
    if (from <= to) out.push(from, to);
  }
  return out;
}

/** How many offsets are in the set. */
export function size(ranges: Ranges): number {
  let total = 0;
  for (let i = 0; i < ranges.length; i += 2) total += at(ranges, i + 1) - at(ranges, i) + 1;
  return total;
}

/** The part of the set within `from` and `to`, both inclusive. */
export function clip(ranges: Ranges, from: number, to: number): Ranges {
  return from > to ? noRanges : intersect(ranges, [from, to]);
}

export function lowest(ranges: Ranges): number | undefined {
  return ranges[0];
}

export function highest(ranges: Ranges): number | undefined {
  return ranges.at(-1);
}

/** The first `limit` ranges, for people and for result files. @default limit 20 */
export function firstRanges(ranges: Ranges, limit = 20): Range[] {
  const out: Range[] = [];
  for (let i = 0; i < ranges.length && out.length < limit; i += 2) {
    out.push({ from: at(ranges, i), to: at(ranges, i + 1) });
  }
  return out;
}

/** The `limit` widest ranges, in the order of their offsets. @default limit 20 */
export function widestRanges(ranges: Ranges, limit = 20): Range[] {
  const kept: Range[] = [];
  const width = ({ from, to }: Range): number => to - from;
  for (let i = 0; i < ranges.length; i += 2) {
    const range = { from: at(ranges, i), to: at(ranges, i + 1) };
    const last = kept.at(-1);
    if (kept.length >= limit && last !== undefined && width(range) <= width(last)) continue;
    if (kept.length >= limit) kept.pop();
    const place = kept.findIndex((other) => width(other) < width(range));
    kept.splice(place < 0 ? kept.length : place, 0, range);
  }
  return kept.sort((a, b) => a.from - b.from);
}

/**
 * Collects ranges that arrive nearly in order (object after object, batch after batch): in order
 * costs nothing, out of order is put aside and merged when it has grown.
 */
export class RangesBuilder {
  #sorted: number[] = [];
  #aside: [number, number][] = [];

  add(from: number, to: number = from): void {
    if (from > to) return;
    if (this.#sorted.length === 0 || from >= at(this.#sorted, this.#sorted.length - 2)) {
      append(this.#sorted, from, to);
      return;
    }
    this.#aside.push([from, to]);
    if (this.#aside.length >= 4096 && this.#aside.length > this.#sorted.length / 8) this.#merge();
  }

  build(): Ranges {
    this.#merge();
    return this.#sorted;
  }

  #merge(): void {
    if (this.#aside.length === 0) return;
    this.#sorted = [...union(this.#sorted, fromPairs(this.#aside))];
    this.#aside = [];
  }
}
