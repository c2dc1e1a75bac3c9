/**
 * Where an archive object lies: the Lenses S3 sink connector's key layout (`OffsetFileNamer`, with
 * padding 12 for partition and offset) under the prefix `e{epoch}/{clusterId}/{topicId}`:
 *
 *     [{line}/]e{epoch}/{clusterId}/{topicId}/{topic}/{partition}/{last offset}_{first ts}_{last ts}.json.zst
 *
 * An object is named by its *last* offset. The name tells where to look; what is inside is told by
 * the envelopes alone. Timestamps are milliseconds, the earliest and the latest of the records.
 */
export interface PartitionPlace {
  /** Epoch line: `main` has no prefix, a drill's own has. @default "main" */
  readonly line?: string;
  readonly epoch: number;
  readonly clusterId: string;
  /** As Kafka prints it (22 characters, base64url). */
  readonly topicId: string;
  readonly topic: string;
  readonly partition: number;
}

export interface ArchiveKey extends PartitionPlace {
  readonly lastOffset: number;
  readonly earliest: number;
  readonly latest: number;
  /** `json.zst` is ours; the connector itself writes `json` or `gz`. */
  readonly extension: "json" | "json.gz" | "json.zst" | "gz";
}

const DIGITS = 12;

const pad = (value: number): string => String(value).padStart(DIGITS, "0");

/** `[{line}/]e{epoch}`: what every object of one epoch begins with, in every bucket. */
export function epochPrefix(epoch: number, line = "main"): string {
  return line === "main" ? `e${epoch}` : `${line}/e${epoch}`;
}

/** What every epoch's prefix of a line begins with. */
export function epochFolders(line = "main"): string {
  return line === "main" ? "e" : `${line}/e`;
}

/** Ends in `/`. */
export function topicFolder(place: Omit<PartitionPlace, "partition">): string {
  return `${epochPrefix(place.epoch, place.line)}/${place.clusterId}/${place.topicId}/${place.topic}/`;
}

/** Ends in `/`. */
export function partitionFolder(place: PartitionPlace): string {
  return `${topicFolder(place)}${pad(place.partition)}/`;
}

export function buildKey(key: Omit<ArchiveKey, "extension">): string {
  return `${partitionFolder(key)}${pad(key.lastOffset)}_${key.earliest}_${key.latest}.json.zst`;
}

/**
 * For S3's `StartAfter`: listing a partition's folder from here gives every object whose last
 * offset is at or above `offset` (names sort by offset up to 12 digits).
 */
export function startAfter(place: PartitionPlace, offset: number): string {
  return partitionFolder(place) + pad(offset);
}

const KEY =
  /^(?:(?<line>[^/]+)\/)?e(?<epoch>\d+)\/(?<cluster>[^/]+)\/(?<topicId>[^/]+)\/(?<topic>[^/]+)\/(?<partition>\d{12,})\/(?<last>\d{12,})_(?<earliest>-?\d+)_(?<latest>-?\d+)\.(?<extension>json|json\.gz|json\.zst|gz)$/;

/** The parts of a key, or undefined when it is no archive object's. */
export function parseKey(key: string): ArchiveKey | undefined {
  const parts = KEY.exec(key)?.groups;
  if (parts === undefined) return undefined;
  return {
    line: parts["line"] ?? "main",
    epoch: Number(parts["epoch"]),
    clusterId: String(parts["cluster"]),
    topicId: String(parts["topicId"]),
    topic: String(parts["topic"]),
    partition: Number(parts["partition"]),
    lastOffset: Number(parts["last"]),
    earliest: Number(parts["earliest"]),
    latest: Number(parts["latest"]),
    extension: parts["extension"] as ArchiveKey["extension"],
  };
}
