import type { ClickHouse } from "../clickhouse/client.ts";
import { columnNames, STORED_COLUMNS } from "../clickhouse/columns.ts";
import { parseSelect } from "../clickhouse/parse.ts";
import type { VaultSide } from "../connection.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { archiveBatches, type ArchivedPartition } from "./archive.ts";

export interface ContentProof {
  /** Stored rows that were compared with the archived message. */
  readonly compared: number;
  readonly different: number;
  /** The first offsets that differ. */
  readonly first: readonly number[];
}

const envelope =
  "value Nullable(String), valueIsArray Nullable(Bool), " +
  "metadata Tuple(topic String, partition UInt32, offset UInt64, timestamp Nullable(Int64))";

/**
 * Compares every stored row of a partition, column by column as a hash, with the archived message
 * parsed by the very parse of ingest. Rows that only one side has are the offset sets' matter.
 */
export async function compareContent(
  clickhouse: ClickHouse,
  store: ObjectStore,
  vault: VaultSide,
  of: ArchivedPartition,
  options: { readonly since?: number; readonly until?: Date } = {},
): Promise<ContentProof> {
  const { database } = clickhouse;
  const columns = columnNames(STORED_COLUMNS);
  const stored = ["events", "quarantine"].map(
    (table) => `SELECT _offset, cityHash64(${columns}) AS hash FROM ${database}.${table} ${where}`,
  );
  let compared = 0;
  let different = 0;
  const first: number[] = [];
  for await (const batch of archiveBatches(store, vault, of, envelope, options)) {
    const messages = `(
      SELECT if(isNull(valueIsArray), ifNull(value, ''), tryBase64Decode(ifNull(value, ''))) AS value,
        {clusterId: String} AS _cluster_id, {topicId: String} AS _topic_id, metadata.topic AS _topic,
        metadata.partition AS _partition, metadata.offset AS _offset,
        fromUnixTimestamp64Milli(greatest(ifNull(metadata.timestamp, 0), 0), 'UTC') AS _timestamp,
        toUInt32(0) AS _segment
      FROM ${batch.from}
    )`;
    const found = await clickhouse.one<{ compared: number; different: number; first: number[] }>(
      `SELECT count() AS compared, countIf(differs) AS different,
         arraySort(groupArrayIf(20)(_offset, differs)) AS first
       FROM (
         SELECT p._offset AS _offset, p.hash != a.hash AS differs
         FROM (
           ${stored.join(" UNION ALL ")}
           UNION ALL SELECT _offset, cityHash64(reason, value) AS hash FROM ${database}.dead_letters ${where}
         ) AS p
         INNER JOIN (
           SELECT _offset, any(if(reason = '', cityHash64(${columns}), cityHash64(reason, dead_value))) AS hash
           FROM (${parseSelect(database, messages)}) GROUP BY _offset
         ) AS a ON a._offset = p._offset
       )`,
      {
        clusterId: of.clusterId,
        topicId: of.topicId,
        partition: of.partition,
        last: Math.max(...batch.keys.map((key) => key.lastOffset)),
      },
    );
    compared += found.compared;
    different += found.different;
    first.push(...found.first.slice(0, 20 - first.length));
  }
  return { compared, different, first };
}

const where = `WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
  AND _partition = {partition: UInt32} AND _offset <= {last: UInt64}`;
