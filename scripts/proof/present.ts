import type { IdentityPartition } from "./identity.ts";
import { RangesBuilder, type Ranges } from "./ranges.ts";
import { ARRIVED_TABLES, type ArrivedTable } from "../clickhouse/present.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { runsOf } from "./runs.ts";

export interface PresentPartition extends IdentityPartition {
  readonly lowest: number;
  readonly highest: number;
}

export interface Present {
  /** Distinct offsets by table. */
  readonly tables: Readonly<Record<ArrivedTable, Ranges>>;
  /** Rows beyond the first of each identity, without FINAL, summed over the tables. */
  readonly repeatedRows: number;
}

/** Offsets that one query looks at: what bounds the server's memory. */
const windowOffsets = 1_000_000;

/** Every identity partition that has a row in any of the tables. */
export async function listPresent(clickhouse: ClickHouse): Promise<PresentPartition[]> {
  const union = ARRIVED_TABLES.map(
    (table) =>
      `SELECT _cluster_id, _topic_id, _topic, _partition, min(_offset) AS low, max(_offset) AS high ` +
      `FROM ${clickhouse.database}.${table} GROUP BY 1, 2, 3, 4`,
  ).join(" UNION ALL ");
  const rows = await clickhouse.query<{
    clusterId: string;
    topicId: string;
    topic: string;
    partition: number;
    lowest: number;
    highest: number;
  }>(
    `SELECT toString(_cluster_id) AS clusterId, toString(_topic_id) AS topicId,
       toString(any(_topic)) AS topic, _partition AS partition, min(low) AS lowest, max(high) AS highest
     FROM (${union}) GROUP BY _cluster_id, _topic_id, _partition ORDER BY 1, 2, 4`,
  );
  return rows;
}

/** The offsets of one partition within `from` and `to`, both inclusive, window by window. */
export async function readPresent(
  clickhouse: ClickHouse,
  of: IdentityPartition,
  from: number,
  to: number,
): Promise<Present> {
  const builders = {
    events: new RangesBuilder(),
    dead_letters: new RangesBuilder(),
    quarantine: new RangesBuilder(),
  };
  let repeatedRows = 0;
  for (let start = from; start <= to; start += windowOffsets) {
    const end = Math.min(to, start + windowOffsets - 1);
    for (const table of ARRIVED_TABLES) {
      const found = await clickhouse.one<{
        row_count: number;
        identities: number;
        run_from: number[];
        run_to: number[];
      }>(
        `WITH arraySort(groupUniqArray(_offset)) AS s
         SELECT count() AS row_count, length(s) AS identities, ${runsOf("s", "run")}
         FROM ${clickhouse.database}.${table}
         WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
           AND _partition = {partition: UInt32} AND _offset BETWEEN {start: UInt64} AND {end: UInt64}`,
        { clusterId: of.clusterId, topicId: of.topicId, partition: of.partition, start, end },
      );
      repeatedRows += found.row_count - found.identities;
      found.run_from.forEach((first, index) => {
        builders[table].add(first, found.run_to[index] ?? first);
      });
    }
  }
  return {
    tables: {
      events: builders.events.build(),
      dead_letters: builders.dead_letters.build(),
      quarantine: builders.quarantine.build(),
    },
    repeatedRows,
  };
}
