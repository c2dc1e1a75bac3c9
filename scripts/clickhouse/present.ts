import type { Ranges } from "../proof/ranges.ts";
import { fromPairs } from "../proof/ranges.ts";
import type { ClickHouse } from "./client.ts";

/** One topic of one cluster: offsets mean something only inside of it. */
export interface Source {
  readonly clusterId: string;
  /** As Kafka prints it (22 characters, base64url). */
  readonly topicId: string;
}

/** The tables that together hold every event that arrived. */
export const ARRIVED_TABLES = ["events", "dead_letters", "quarantine"] as const;
export type ArrivedTable = (typeof ARRIVED_TABLES)[number];

/** First offset per partition; partitions that are not in it count from 0. */
export type Offsets = ReadonlyMap<number, number>;

const OF_SOURCE = "_cluster_id = {clusterId: String} AND _topic_id = {topicId: String}";

const sourceParams = (source: Source): { clusterId: string; topicId: string } => ({
  clusterId: source.clusterId,
  topicId: source.topicId,
});

/** SQL condition `_offset >= from[_partition]` with its parameters; partitions without one: from 0. */
export function atOrAbove(from: Offsets): { sql: string; params: Record<string, unknown> } {
  if (from.size === 0) return { sql: "1", params: {} };
  return {
    sql: "_offset >= transform(_partition, {fromPartitions: Array(UInt32)}, {fromOffsets: Array(UInt64)}, toUInt64(0))",
    params: { fromPartitions: [...from.keys()], fromOffsets: [...from.values()] },
  };
}

/** Highest offset present per partition, over events, dead letters and quarantine. */
export async function highestPresent(
  clickhouse: ClickHouse,
  source: Source,
): Promise<Map<number, number>> {
  const rows = await clickhouse.query<{ partition: number; highest: number }>(
    `SELECT _partition AS partition, max(top) AS highest FROM (${ARRIVED_TABLES.map(
      (table) =>
        `SELECT _partition, max(_offset) AS top FROM ${clickhouse.database}.${table} WHERE ${OF_SOURCE} GROUP BY _partition`,
    ).join(" UNION ALL ")}) GROUP BY partition ORDER BY partition`,
    sourceParams(source),
  );
  return new Map(rows.map((row) => [row.partition, row.highest]));
}

/** How many offsets one query looks at: bounds the memory of server and caller. */
const OFFSETS_AT_ONCE = 2_000_000;

/**
 * The offsets of one partition within `[from, to)` that arrived in one of the tables.
 * @param tables default: events, dead letters and quarantine
 */
export async function presentRanges(
  clickhouse: ClickHouse,
  source: Source,
  partition: number,
  from: number,
  to: number,
  tables: readonly ArrivedTable[] = ARRIVED_TABLES,
): Promise<Ranges> {
  const pairs: [number, number][] = [];
  const union = tables
    .map(
      (table) => `SELECT _offset FROM ${clickhouse.database}.${table} WHERE ${OF_SOURCE}
        AND _partition = {partition: UInt32} AND _offset >= {from: UInt64} AND _offset < {to: UInt64}`,
    )
    .join(" UNION ALL ");
  for (let start = from; start < to; start += OFFSETS_AT_ONCE) {
    const rows = await clickhouse.query<{ first: number; last: number }>(
      `SELECT min(o) AS first, max(o) AS last FROM (
         SELECT o, o - row_number() OVER (ORDER BY o) AS island FROM (SELECT DISTINCT _offset AS o FROM (${union}))
       ) GROUP BY island ORDER BY first`,
      {
        ...sourceParams(source),
        partition,
        from: start,
        to: Math.min(to, start + OFFSETS_AT_ONCE),
      },
    );
    for (const { first, last } of rows) pairs.push([first, last]);
  }
  return fromPairs(pairs);
}

export interface ArrivalCount {
  readonly partition: number;
  /** Rows as they lie there, without FINAL. */
  readonly rows: number;
  /** Distinct identities. */
  readonly identities: number;
}

/** Raw rows and distinct identities per partition at or above `from`, over the given tables together. */
export async function countArrivals(
  clickhouse: ClickHouse,
  source: Source,
  from: Offsets = new Map(),
  tables: readonly ArrivedTable[] = ARRIVED_TABLES,
): Promise<ArrivalCount[]> {
  const above = atOrAbove(from);
  return clickhouse.query<ArrivalCount>(
    `SELECT _partition AS partition, count() AS rows, uniqExact(_offset) AS identities FROM (${tables
      .map(
        (table) =>
          `SELECT _partition, _offset FROM ${clickhouse.database}.${table} WHERE ${OF_SOURCE} AND ${above.sql}`,
      )
      .join(" UNION ALL ")}) GROUP BY partition ORDER BY partition`,
    { ...sourceParams(source), ...above.params },
  );
}

/** The sources that have rows in any of the tables. */
export async function presentSources(clickhouse: ClickHouse): Promise<Source[]> {
  return clickhouse.query<Source>(
    `SELECT DISTINCT _cluster_id AS clusterId, _topic_id AS topicId FROM (${ARRIVED_TABLES.map(
      (table) => `SELECT DISTINCT _cluster_id, _topic_id FROM ${clickhouse.database}.${table}`,
    ).join(" UNION ALL ")}) ORDER BY clusterId, topicId`,
  );
}
