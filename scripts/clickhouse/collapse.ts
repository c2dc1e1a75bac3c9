import { setTimeout as sleep } from "node:timers/promises";
import { ClickHouseError } from "@clickhouse/client";
import type { ClickHouse } from "./client.ts";
import { IDENTITY } from "./columns.ts";
import { ARRIVED_TABLES, atOrAbove, countArrivals } from "./present.ts";
import type { ArrivedTable, Offsets, Source } from "./present.ts";
import { onEveryShard } from "./shards.ts";
import { writesOf } from "./writes.ts";

/**
 * Makes every identity at or above `from` one row: two deliveries of it are equal, so merging the
 * table partitions that hold both leaves one.
 * @returns rows that went away
 */
export async function collapseDuplicates(
  clickhouse: ClickHouse,
  source: Source,
  from: Offsets,
): Promise<number> {
  let gone = 0;
  for (const table of ARRIVED_TABLES) {
    const surplus = await surplusRows(clickhouse, source, from, [table]);
    if (surplus === 0) continue;
    await onEveryShard(clickhouse, async (shard) => {
      for (const id of await tablePartitions(shard, source, from, table)) {
        await mergePartition(shard, source, table, id);
      }
    });
    gone += surplus;
  }
  return gone + (await dropFromQuarantine(clickhouse, source, from));
}

/** Rows that are there beyond one for each identity. */
export async function surplusRows(
  clickhouse: ClickHouse,
  source: Source,
  from: Offsets,
  tables: readonly ArrivedTable[] = ARRIVED_TABLES,
): Promise<number> {
  const counts = await countArrivals(clickhouse, source, from, tables);
  return counts.reduce((sum, { rows, identities }) => sum + rows - identities, 0);
}

async function tablePartitions(
  clickhouse: ClickHouse,
  source: Source,
  from: Offsets,
  table: ArrivedTable,
): Promise<string[]> {
  const above = atOrAbove(from);
  const rows = await clickhouse.query<{ id: string }>(
    `SELECT DISTINCT id FROM (
       SELECT _partition_id AS id, _partition, _offset FROM ${clickhouse.stored(table)}
       WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String} AND ${above.sql}
       GROUP BY id, _partition, _offset HAVING count() > 1
     ) ORDER BY id`,
    { clusterId: source.clusterId, topicId: source.topicId, ...above.params },
  );
  return rows.map((row) => row.id);
}

/** A background merge of the same parts makes ClickHouse refuse (CANNOT_ASSIGN_OPTIMIZE): waits for it. */
async function mergePartition(
  clickhouse: ClickHouse,
  source: Source,
  table: ArrivedTable,
  partition: string,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await clickhouse.run(
        `OPTIMIZE TABLE ${clickhouse.stored(table)} PARTITION ID '${partition}' FINAL`,
        {
          idPrefix: writesOf(source),
          settings: { optimize_throw_if_noop: 1, alter_sync: 2 },
        },
      );
      return;
    } catch (error) {
      const busy = error instanceof ClickHouseError && error.type === "CANNOT_ASSIGN_OPTIMIZE";
      if (!busy || attempt >= 240) throw error;
      await sleep(250);
    }
  }
}

/** An event that is stored is not in quarantine any more (a release that was killed half-way). */
async function dropFromQuarantine(
  clickhouse: ClickHouse,
  source: Source,
  from: Offsets,
): Promise<number> {
  const surplus = await surplusRows(clickhouse, source, from);
  if (surplus === 0) return 0;
  // Not below `from`: those sums are not made again here, so the release that was killed is not done.
  const above = atOrAbove(from);
  const [events, quarantine] = [clickhouse.stored("events"), clickhouse.stored("quarantine")];
  // An identity has one shard, whichever of the tables it is in.
  await onEveryShard(clickhouse, (shard) =>
    shard.run(
      `ALTER TABLE ${quarantine} DELETE
       WHERE (${IDENTITY}) IN (SELECT ${IDENTITY} FROM ${events}
         WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String} AND ${above.sql}
           AND (${IDENTITY}) IN (SELECT ${IDENTITY} FROM ${quarantine}))`,
      {
        idPrefix: writesOf(source),
        params: { clusterId: source.clusterId, topicId: source.topicId, ...above.params },
        settings: { mutations_sync: 2 },
      },
    ),
  );
  return surplus;
}
