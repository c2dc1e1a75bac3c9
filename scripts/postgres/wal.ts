/** Names of WAL segments: timeline, high and low part of the segment's number, 8 hex digits each. */

const segmentPattern = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;

/** Bytes of a segment unless initdb was told otherwise. */
export const defaultSegmentSize = 16 * 1024 * 1024;

/** The name of a stored segment without its compression's ending; undefined for other files. */
export function storedSegment(fileName: string): string | undefined {
  const name = fileName.replace(/\.(gz|bz2|xz|zst|lz4|snappy)$/, "");
  return segmentPattern.test(name) ? name : undefined;
}

/**
 * Every segment from one to another, both included, on the first one's timeline.
 * @param segmentSize bytes, a power of two from 1 MiB to 1 GiB
 */
export function segmentsBetween(
  first: string,
  last: string,
  segmentSize: number = defaultSegmentSize,
): string[] {
  const [timeline, from] = parse(first, segmentSize);
  const [, to] = parse(last, segmentSize);
  const names: string[] = [];
  for (let number = from; number <= to; number++) names.push(name(timeline, number, segmentSize));
  return names;
}

/**
 * How far a replay that begins with `first` gets: the last segment before the first gap, going over to
 * a newer timeline where that has the segment (it begins with a copy of the older one's). Undefined
 * when `first` itself is not there.
 */
export function lastContiguous(
  first: string,
  present: ReadonlySet<string>,
  segmentSize: number = defaultSegmentSize,
): string | undefined {
  if (!present.has(first)) return undefined;
  const [firstTimeline, firstNumber] = parse(first, segmentSize);
  const timelines = [...new Set([...present].map((each) => each.slice(0, 8)))]
    .filter((timeline) => timeline >= firstTimeline)
    .sort()
    .reverse();
  // Names compare like their numbers: hex digits of a fixed width.
  let current = firstTimeline;
  let last = first;
  for (let number = firstNumber; ; number++) {
    const newest = timelines.find(
      (timeline) => timeline >= current && present.has(name(timeline, number, segmentSize)),
    );
    if (newest === undefined) return last;
    current = newest;
    last = name(newest, number, segmentSize);
  }
}

/** The timeline of a segment's name. */
export function timelineOf(segment: string): number {
  return parseInt(segment.slice(0, 8), 16);
}

/** A log sequence number (`1/A0000028`) as a byte position. */
export function lsnToBigInt(lsn: string): bigint {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(lsn);
  if (match === null) throw new Error(`"${lsn}" is no log sequence number`);
  const [, high = "0", low = "0"] = match;
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

function parse(segment: string, segmentSize: number): [timeline: string, number: number] {
  const match = segmentPattern.exec(segment);
  if (match === null) throw new Error(`"${segment}" is no name of a WAL segment`);
  const [, timeline = "", high = "", low = ""] = match;
  return [timeline, parseInt(high, 16) * perHigh(segmentSize) + parseInt(low, 16)];
}

function name(timeline: string, number: number, segmentSize: number): string {
  const high = Math.floor(number / perHigh(segmentSize));
  const low = number % perHigh(segmentSize);
  return timeline + hex(high) + hex(low);
}

/** Segments in 4 GiB of WAL: where the low part wraps. */
function perHigh(segmentSize: number): number {
  return 2 ** 32 / segmentSize;
}

function hex(part: number): string {
  return part.toString(16).toUpperCase().padStart(8, "0");
}
