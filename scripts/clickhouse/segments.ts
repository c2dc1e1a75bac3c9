import { HOURLY_SELECT } from "./schema.ts";
import type { ClickHouse } from "./client.ts";
import type { Offsets, Source } from "./present.ts";
import { writesOf } from "./writes.ts";

/** One stretch of ingest of one source (docs/decisions/004). */
export interface Segment {
  readonly id: number;
  readonly source: Source;
  /** First offset per partition. */
  readonly first: Offsets;
}

/** Every segment of a source, oldest first. */
export async function segmentsOf(clickhouse: ClickHouse, source: Source): Promise<Segment[]> {
  const rows = await clickhouse.query<{ id: number; partitions: [number, number][] }>(
    `SELECT id, groupArray((_partition, first_offset)) AS partitions
     FROM ${clickhouse.database}.ingest_segments FINAL
     WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
     GROUP BY id ORDER BY id`,
    { clusterId: source.clusterId, topicId: source.topicId },
  );
  return rows.map(({ id, partitions }) => ({ id, source, first: new Map(partitions) }));
}

/**
 * The newest segment that begins at or below every one of `offsets`: to be summed again, with all
 * that follow it, after rows at or above these offsets changed.
 */
export function segmentBelow(segments: readonly Segment[], offsets: Offsets): Segment | undefined {
  return segments.findLast((segment) =>
    [...offsets].every(([partition, offset]) => (segment.first.get(partition) ?? 0) <= offset),
  );
}

/** Opens a segment that begins at the given offsets; its id is above every other. */
export async function openSegment(
  clickhouse: ClickHouse,
  source: Source,
  topic: string,
  first: Offsets,
): Promise<Segment> {
  const { id } = await clickhouse.one<{ id: number }>(
    `SELECT max(id) + 1 AS id FROM ${clickhouse.database}.ingest_segments`,
  );
  await clickhouse.run(
    `INSERT INTO ${clickhouse.database}.ingest_segments
     SELECT {id: UInt32}, {clusterId: String}, {topicId: String}, {topic: String}, pair.1, pair.2, now64(3, 'UTC')
     FROM (SELECT arrayJoin(arrayZip({partitions: Array(UInt32)}, {offsets: Array(UInt64)})) AS pair)`,
    {
      params: {
        id,
        clusterId: source.clusterId,
        topicId: source.topicId,
        topic,
        partitions: [...first.keys()],
        offsets: [...first.values()],
      },
    },
  );
  return { id, source, first };
}

/**
 * SELECT of where every segment begins: source, `_partition`, `first_offset` and `segment`. Of two that
 * begin at the same offset the newer one has the rows. A partition that the topic got later begins, at
 * 0, in the last segment that does not know it: that one consumed it.
 * @param which condition on the events whose partitions are looked at. @default all
 */
export function segmentStarts(database: string, which = "1"): string {
  const known = `SELECT id, _cluster_id, _topic_id, _partition, first_offset
    FROM ${database}.ingest_segments FINAL`;
  return `SELECT _cluster_id, _topic_id, _partition, first_offset, max(id) AS segment FROM (
      ${known}
      UNION ALL
      SELECT s.id AS id, p._cluster_id AS _cluster_id, p._topic_id AS _topic_id,
        p._partition AS _partition, toUInt64(0) AS first_offset
      FROM (SELECT DISTINCT _cluster_id, _topic_id, _partition FROM ${database}.events WHERE ${which}) AS p
      INNER JOIN (SELECT DISTINCT id, _cluster_id, _topic_id FROM (${known})) AS s
        ON p._cluster_id = s._cluster_id AND p._topic_id = s._topic_id
      LEFT JOIN (
        SELECT _cluster_id, _topic_id, _partition, min(id) AS known_by
        FROM (${known}) GROUP BY _cluster_id, _topic_id, _partition
      ) AS k ON p._cluster_id = k._cluster_id AND p._topic_id = k._topic_id AND p._partition = k._partition
      WHERE s.id < if(k.known_by = 0, toUInt32(4294967295), k.known_by)
    ) GROUP BY _cluster_id, _topic_id, _partition, first_offset`;
}

/**
 * Sums a source's segments again, from `segment` to its newest, from the rows of `events`: each row
 * belongs to the newest segment that begins at or below it. `events` must hold every identity once.
 * Killed between the two statements, the next run makes the same sums.
 */
export async function sumAgain(clickhouse: ClickHouse, segment: Segment): Promise<void> {
  const { database } = clickhouse;
  const idPrefix = writesOf(segment.source);
  const ids = (await segmentsOf(clickhouse, segment.source))
    .map((each) => each.id)
    .filter((id) => id >= segment.id);
  await clickhouse.run(
    `ALTER TABLE ${database}.events_hourly DELETE WHERE has({ids: Array(UInt32)}, _segment)`,
    { idPrefix, params: { ids }, settings: { mutations_sync: 2 } },
  );
  const lowest = [...segment.first];
  await clickhouse.run(
    `INSERT INTO ${database}.events_hourly (${HOURLY_SELECT.columns})
     SELECT ${HOURLY_SELECT.keys}, s.segment AS _segment, ${HOURLY_SELECT.sums}
     FROM (
       SELECT team_id, timestamp, properties, _partition, _offset FROM ${database}.events
       WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
         AND _offset >= transform(_partition, {partitions: Array(UInt32)}, {offsets: Array(UInt64)}, toUInt64(0))
     ) AS e
     ASOF JOIN (
       SELECT segment, _partition, first_offset FROM (${segmentStarts(
         database,
         `_cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
           AND NOT has({partitions: Array(UInt32)}, _partition)`,
       )})
       WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
         AND has({ids: Array(UInt32)}, segment)
     ) AS s ON e._partition = s._partition AND e._offset >= s.first_offset
     GROUP BY team_id, hour, _segment`,
    {
      idPrefix,
      params: {
        ids,
        clusterId: segment.source.clusterId,
        topicId: segment.source.topicId,
        partitions: lowest.map(([partition]) => partition),
        offsets: lowest.map(([, offset]) => offset),
      },
      settings: { insert_deduplicate: 0 },
    },
  );
}
