import { firstRanges, fromPairs, intersect } from "../proof/ranges.ts";
import type { Ranges } from "../proof/ranges.ts";
import type { KafkaConnection } from "../connection.ts";
import { readRange } from "../kafka/reader.ts";
import type { RawRecord } from "../kafka/reader.ts";
import type { ClickHouse } from "./client.ts";
import { coalesce, membership } from "./holes.ts";
import type { Wanted } from "./holes.ts";
import type { Segment } from "./segments.ts";
import { writesOf } from "./writes.ts";

/** Offsets between two holes that are cheaper to read than to skip. */
const SLACK = 5000;

type Valued = RawRecord & { readonly value: Buffer };

export interface KafkaFill {
  /** Events inserted. */
  readonly filled: number;
  /** What retention had already taken, per partition: the archive's turn. */
  readonly expired: Map<number, Ranges>;
}

/**
 * Inserts the wanted offsets that Kafka has, through the same table as a consumed message. Holes
 * without a record (transaction markers, compaction, empty values) stay holes.
 */
export async function fillFromKafka(
  clickhouse: ClickHouse,
  kafka: KafkaConnection,
  segment: Segment,
  wanted: Wanted,
): Promise<KafkaFill> {
  let filled = 0;
  const expired = new Map<number, Ranges>();
  for (const [partition, ranges] of wanted) {
    const lost: [number, number][] = [];
    for (const { from, to } of firstRanges(coalesce(ranges, SLACK), Infinity)) {
      const isWanted = membership(ranges);
      const { missing } = await readRange(
        kafka,
        { partition, from, to: to + 1 },
        async (records) => {
          const rows = records.filter(
            (record): record is Valued => isWanted(record.offset) && hasValue(record),
          );
          if (rows.length === 0) return;
          await insertRecords(clickhouse, kafka.topic, segment, partition, rows);
          filled += rows.length;
        },
      );
      if (missing !== null) lost.push([missing.from, missing.to - 1]);
    }
    if (lost.length > 0) expired.set(partition, intersect(fromPairs(lost), ranges));
  }
  return { filled, expired };
}

/** ClickHouse's Kafka engine makes no row of an empty value or a tombstone; neither does a fill. */
function hasValue(record: RawRecord): record is Valued {
  return record.value !== null && record.value.length > 0;
}

async function insertRecords(
  clickhouse: ClickHouse,
  topic: string,
  { id, source }: Segment,
  partition: number,
  records: readonly Valued[],
): Promise<void> {
  await clickhouse.insertThrough(
    `INSERT INTO ${clickhouse.database}.stream
       (value, _cluster_id, _topic_id, _topic, _partition, _offset, _timestamp, _segment)
     SELECT base64Decode(v), {clusterId: String}, {topicId: String}, {topic: String}, {partition: UInt32},
       o, fromUnixTimestamp64Milli(greatest(t, 0), 'UTC'), {segment: UInt32}
     FROM input('v String, o UInt64, t Int64')`,
    records.map(({ value, offset, timestamp }) => ({
      v: value.toString("base64"),
      o: offset,
      t: timestamp,
    })),
    {
      idPrefix: writesOf(source),
      params: { ...source, topic, partition, segment: id },
      settings: { insert_deduplicate: 0 },
    },
  );
}
