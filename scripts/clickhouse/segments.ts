import { HOURLY_SELECT } from "./schema.ts";
import type { ClickHouse } from "./client.ts";
import type { Offsets, Source } from "./present.ts";

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
 * Sums a source's segments again, from `segment` to its newest, from the rows of `events`: each row
 * belongs to the newest segment that begins at or below it. `events` must hold every identity once.
 * Killed between the two statements, the next run makes the same sums.
 */
export async function sumAgain(clickhouse: ClickHouse, segment: Segment): Promise<void> {
  const { database } = clickhouse;
  const ids = (await segmentsOf(clickhouse, segment.source))
    .map((each) => each.id)
    .filter((id) => id >= segment.id);
  await clickhouse.run(
    `ALTER TABLE ${database}.events_hourly DELETE WHERE has({ids: Array(UInt32)}, _segment)`,
    { params: { ids }, settings: { mutations_sync: 2 } },
  );
  const lowest = [...segment.first];
  await clickhouse.run(
    `INSERT INTO ${database}.events_hourly (${HOURLY_SELECT.columns})
     SELECT ${HOURLY_SELECT.keys}, s.id AS _segment, ${HOURLY_SELECT.sums}
     FROM (
       SELECT team_id, timestamp, properties, _partition, _offset FROM ${database}.events
       WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
         AND _offset >= transform(_partition, {partitions: Array(UInt32)}, {offsets: Array(UInt64)}, toUInt64(0))
     ) AS e
     ASOF JOIN (
       SELECT id, _partition, first_offset FROM ${database}.ingest_segments FINAL WHERE has({ids: Array(UInt32)}, id)
       UNION ALL
       -- A partition that the topic got later begins, in a segment that does not know it, at 0.
       SELECT DISTINCT {segment: UInt32} AS id, _partition, toUInt64(0) AS first_offset FROM ${database}.events
       WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
         AND NOT has({partitions: Array(UInt32)}, _partition)
         AND _partition NOT IN (SELECT _partition FROM ${database}.ingest_segments FINAL
           WHERE has({ids: Array(UInt32)}, id) AND first_offset = 0)
     ) AS s ON e._partition = s._partition AND e._offset >= s.first_offset
     GROUP BY team_id, hour, _segment`,
    {
      params: {
        ids,
        segment: segment.id,
        clusterId: segment.source.clusterId,
        topicId: segment.source.topicId,
        partitions: lowest.map(([partition]) => partition),
        offsets: lowest.map(([, offset]) => offset),
      },
      settings: { insert_deduplicate: 0 },
    },
  );
}
