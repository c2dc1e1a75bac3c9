import type { Reporter } from "../command.ts";
import type { KafkaConnection, VaultSide } from "../connection.ts";
import type { KafkaLogin } from "../kafka/client.ts";
import { readGroupOffsets } from "../kafka/offsets.ts";
import { topicState } from "../kafka/topics.ts";
import type { TopicState } from "../kafka/topics.ts";
import { highest, lowest } from "../proof/ranges.ts";
import type { Ranges } from "../proof/ranges.ts";
import { ObjectStore } from "../vault/s3.ts";
import type { ClickHouse } from "./client.ts";
import { collapseDuplicates } from "./collapse.ts";
import { archivedObjects, fillFromArchive } from "./fill-archive.ts";
import type { ArchivedObject, WantedRange } from "./fill-archive.ts";
import { fillFromKafka } from "./fill-kafka.ts";
import { holes, totalSize } from "./holes.ts";
import { countArrivals, highestPresent, presentRanges } from "./present.ts";
import type { Source } from "./present.ts";
import { openSegment, segmentsOf, sumAgain } from "./segments.ts";
import type { Segment } from "./segments.ts";
import { flushDistributed } from "./shards.ts";
import { endWrites } from "./writes.ts";

export interface SettleOptions {
  readonly clickhouse: ClickHouse;
  readonly kafka: KafkaConnection;
  /** Where events come from that Kafka no longer has. @default none: they are reported */
  readonly vault?: VaultSide;
  /** @default "main" */
  readonly line?: string;
  /**
   * Believe the group's committed offsets, below which this server wrote everything: only what lies
   * above is compared with Kafka. Not right after a restore: they belong to the server that was
   * lost. Committed offsets above what is present are never believed.
   * @default false: everything since the segment began is compared
   */
  readonly trustCommitted?: boolean;
  /** Who looks at ClickHouse's group. @default groupLogin */
  readonly login?: KafkaLogin;
  readonly reporter: Reporter;
}

export interface Settled {
  readonly topic: TopicState;
  readonly source: Source;
  /** The segment that was open, its sums exact now. */
  readonly segment: Segment;
  /** Where consuming goes on, per partition: nothing present lies at or above it. */
  readonly next: ReadonlyMap<number, number>;
  readonly filledFromKafka: number;
  readonly filledFromArchive: number;
  /** Second copies of a row that went away. */
  readonly collapsed: number;
  /**
   * First offset below `next` that nobody can tell any more, because Kafka's retention passed it and
   * the archive does not reach it: a lost event, or a hole that never was one. Usually empty.
   */
  readonly firstMissing: ReadonlyMap<number, number>;
}

/**
 * Makes what ClickHouse holds of the events topic exact (docs/architecture.md, `settle`): fills every
 * identity up to the highest present one, leaves each once, sums the open segment again. Consuming
 * must be stopped. Killed anywhere, the next run ends the same.
 */
export async function settle(options: SettleOptions): Promise<Settled> {
  const { clickhouse, kafka, reporter } = options;
  const topic = await topicState(kafka);
  const source: Source = { clusterId: topic.clusterId, topicId: topic.topicId };
  await endWrites(clickhouse, source);
  await flushDistributed(clickhouse);
  const segment = await currentSegment(clickhouse, source, topic);
  const top = await highestPresent(clickhouse, source);
  const start = await windowStart(options, segment, topic, top);

  const next = new Map<number, number>();
  const wanted = new Map<number, Ranges>();
  for (const { partition, earliest } of topic.partitions) {
    const from = start.get(partition) ?? 0;
    // Retention may have passed the place to go on at: what lies between is the archive's to fill.
    const end = Math.max(from, (top.get(partition) ?? -1) + 1, earliest);
    next.set(partition, end);
    const present = await presentRanges(clickhouse, source, partition, from, end);
    const lacking = holes(present, from, end);
    if (lacking.length > 0) wanted.set(partition, lacking);
  }
  if (wanted.size > 0)
    reporter.progress(`settle: ${totalSize(wanted)} offsets to look for in Kafka`);
  const { filled, expired } = await fillFromKafka(clickhouse, kafka, segment, wanted);
  const archive = await fillExpired(options, segment, expired);

  const collapsed = await collapseDuplicates(clickhouse, source, segment.first);
  await sumAgain(clickhouse, segment);
  reporter.progress(
    `settle: ${filled} events from Kafka, ${archive.filled} from the archive, ` +
      `${collapsed} second copies gone`,
  );
  return {
    topic,
    source,
    segment,
    next,
    filledFromKafka: filled,
    filledFromArchive: archive.filled,
    collapsed,
    firstMissing: archive.firstMissing,
  };
}

/** The source's newest segment; a source that has none begins with one at offset 0. */
async function currentSegment(
  clickhouse: ClickHouse,
  source: Source,
  topic: TopicState,
): Promise<Segment> {
  const newest = (await segmentsOf(clickhouse, source)).at(-1);
  if (newest !== undefined) return newest;
  const first = new Map(topic.partitions.map(({ partition }) => [partition, 0]));
  return openSegment(clickhouse, source, topic.topic, first);
}

async function windowStart(
  { kafka, login, trustCommitted }: SettleOptions,
  segment: Segment,
  topic: TopicState,
  top: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const committed = trustCommitted === true ? await readGroupOffsets(kafka, login) : [];
  const ours = committed.every(
    ({ partition, offset }) =>
      (offset ?? 0) <= Math.max((top.get(partition) ?? -1) + 1, segment.first.get(partition) ?? 0),
  );
  const start = new Map(
    topic.partitions.map(({ partition }) => [partition, segment.first.get(partition) ?? 0]),
  );
  if (!ours) return start;
  for (const { partition, offset } of committed) {
    start.set(partition, Math.max(start.get(partition) ?? 0, offset ?? 0));
  }
  return start;
}

interface ArchiveFill {
  readonly filled: number;
  readonly firstMissing: Map<number, number>;
}

/** What retention took, from the archive. Only what lies above the last archived offset counts as lost. */
async function fillExpired(
  { clickhouse, vault, line, reporter }: SettleOptions,
  segment: Segment,
  expired: ReadonlyMap<number, Ranges>,
): Promise<ArchiveFill> {
  const wanted = new Map(
    [...expired].map(([partition, ranges]) => [
      partition,
      { from: lowest(ranges) ?? 0, to: (highest(ranges) ?? -1) + 1 },
    ]),
  );
  const objects =
    vault === undefined || wanted.size === 0
      ? []
      : await listArchive(vault, segment.source, line ?? "main", wanted);
  let filled = 0;
  if (vault !== undefined && objects.length > 0) {
    const before = await countRows(clickhouse, segment.source);
    await fillFromArchive(clickhouse, vault, segment, objects, wanted, reporter);
    filled = (await countRows(clickhouse, segment.source)) - before;
  }
  const firstMissing = new Map<number, number>();
  for (const [partition, { from, to }] of wanted) {
    const archived = objects
      .filter((object) => object.partition === partition)
      .reduce((last, object) => Math.max(last, object.lastOffset), from - 1);
    if (archived + 1 < to) firstMissing.set(partition, archived + 1);
  }
  for (const [partition, offset] of firstMissing) {
    reporter.warn(
      `partition ${partition}: from offset ${offset} on, Kafka's retention passed what was stored and the ` +
        "archive does not reach further: these events are lost, if there were any",
    );
  }
  return { filled, firstMissing };
}

async function listArchive(
  vault: VaultSide,
  source: Source,
  line: string,
  wanted: ReadonlyMap<number, WantedRange>,
): Promise<ArchivedObject[]> {
  const store = new ObjectStore(vault);
  try {
    return await archivedObjects(store, vault.archive, source, { line }, wanted, false);
  } finally {
    store.close();
  }
}

async function countRows(clickhouse: ClickHouse, source: Source): Promise<number> {
  return (await countArrivals(clickhouse, source)).reduce((sum, { rows }) => sum + rows, 0);
}
