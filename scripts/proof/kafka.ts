import type { KafkaConnection } from "../connection.ts";
import { readRange } from "../kafka/reader.ts";
import type { SourceRanges } from "./archive.ts";
import { firstRanges, noRanges, RangesBuilder, type Ranges } from "./ranges.ts";

/** Gaps nearer than this are read in one go: a fetch costs more than a few records. */
const joinWithin = 2_000;

/** The committed records in the given ranges of one partition. */
export async function readKafka(
  kafka: KafkaConnection,
  partition: number,
  wanted: Ranges,
  signal?: AbortSignal,
): Promise<SourceRanges> {
  if (wanted.length === 0) return { offsets: noRanges, empty: noRanges };
  const offsets = new RangesBuilder();
  const empty = new RangesBuilder();
  for (const { from, to } of joined(wanted)) {
    await readRange(
      kafka,
      { partition, from, to: to + 1 },
      (records) => {
        for (const { offset, value } of records) {
          offsets.add(offset);
          if (value === null || value.length === 0) empty.add(offset);
        }
      },
      signal === undefined ? {} : { signal },
    );
  }
  return { offsets: offsets.build(), empty: empty.build() };
}

/** Whether a committed record with a value lies within `from` and `to`, both inclusive. */
export async function hasRecord(
  kafka: KafkaConnection,
  partition: number,
  from: number,
  to: number,
): Promise<boolean> {
  if (from > to) return false;
  const stop = new AbortController();
  try {
    await readRange(
      kafka,
      { partition, from, to: to + 1 },
      (records) => {
        if (records.some(({ value }) => value !== null && value.length > 0)) stop.abort();
      },
      { signal: stop.signal },
    );
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return stop.signal.aborted;
}

function joined(ranges: Ranges): { from: number; to: number }[] {
  const out: { from: number; to: number }[] = [];
  for (const { from, to } of firstRanges(ranges, Number.POSITIVE_INFINITY)) {
    const last = out.at(-1);
    if (last !== undefined && from - last.to <= joinWithin) last.to = to;
    else out.push({ from, to });
  }
  return out;
}
