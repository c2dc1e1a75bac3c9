import type { ClickHouse } from "./client.ts";
import { TABLES } from "./schema.ts";
import type { Source } from "./present.ts";
import { onEveryShard } from "./shards.ts";

/** A table's rows of one identity partition (or segment) as numbers that do not depend on order. */
export interface ContentHash {
  readonly table: string;
  /** Empty for tables without identity columns. */
  readonly clusterId: string;
  readonly topicId: string;
  /** Identity partition; the segment for `events_hourly`; 0 for other tables. */
  readonly partition: number;
  readonly rows: number;
  /** Sum of sipHash64 over all columns, modulo 2^64, in decimal. */
  readonly sum: string;
  /** Exclusive or of the same, in decimal. */
  readonly xor: string;
  /** Which shard's rows, from 2. @default the first or only one's */
  readonly shard?: number | undefined;
}

/** Where a source was cut: rows below these offsets are hashed, partitions without one not at all. */
export interface SourceCut extends Source {
  readonly next: ReadonlyMap<number, number>;
}

const SUMS = `count() AS rows, toString(sum(hash)) AS sum, toString(groupBitXor(hash)) AS xor`;

/**
 * Content of every table that carries identities, of the rows below the cuts, one entry for each
 * identity partition and shard that has rows. Second copies of a row, which a merge may remove at any time,
 * count once.
 */
export async function hashIdentityTables(
  clickhouse: ClickHouse,
  cuts: readonly SourceCut[],
): Promise<ContentHash[]> {
  const hashes = await onEveryShard(clickhouse, async (server, index) => {
    const shard = index === 0 ? {} : { shard: index + 1 };
    return (await hashShard(server, cuts)).map((hash) => ({ ...hash, ...shard }));
  });
  return hashes.flat();
}

async function hashShard(
  clickhouse: ClickHouse,
  cuts: readonly SourceCut[],
): Promise<ContentHash[]> {
  const hashes: ContentHash[] = [];
  for (const { name } of TABLES.filter((table) => table.identity)) {
    for (const cut of cuts) {
      if (cut.next.size === 0) continue;
      const rows = await clickhouse.query<Omit<ContentHash, "table" | "clusterId" | "topicId">>(
        `SELECT _partition AS partition, ${SUMS} FROM (
           SELECT _partition, sipHash64(*) AS hash FROM ${clickhouse.stored(name)} FINAL
           WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
             AND _offset < transform(_partition, {partitions: Array(UInt32)}, {offsets: Array(UInt64)}, toUInt64(0))
         ) GROUP BY partition ORDER BY partition`,
        {
          clusterId: cut.clusterId,
          topicId: cut.topicId,
          partitions: [...cut.next.keys()],
          offsets: [...cut.next.values()],
        },
        { do_not_merge_across_partitions_select_final: 1 },
      );
      hashes.push(
        ...rows.map((row) => ({
          table: name,
          clusterId: cut.clusterId,
          topicId: cut.topicId,
          ...row,
        })),
      );
    }
  }
  return hashes;
}

/** Content of the sums, one entry for each segment up to `lastSegment`. */
export async function hashSums(
  clickhouse: ClickHouse,
  lastSegment: number,
): Promise<ContentHash[]> {
  const rows = await clickhouse.query<Pick<ContentHash, "partition" | "rows" | "sum" | "xor">>(
    `SELECT _segment AS partition, ${SUMS} FROM (
       SELECT _segment, sipHash64(team_id, hour, _segment, events, bytes) AS hash
       FROM ${clickhouse.database}.events_hourly FINAL WHERE _segment <= {last: UInt32}
     ) GROUP BY partition ORDER BY partition`,
    { last: lastSegment },
  );
  return rows.map((row) => ({ table: "events_hourly", clusterId: "", topicId: "", ...row }));
}

/** What differs between two sets of hashes, a line each; empty when they are equal. */
export function compareHashes(
  expected: readonly ContentHash[],
  found: readonly ContentHash[],
): string[] {
  const key = ({ table, clusterId, topicId, partition, shard = 1 }: ContentHash): string =>
    JSON.stringify([table, clusterId, topicId, partition, shard]);
  const there = new Map(found.map((each) => [key(each), each]));
  const lines: string[] = [];
  for (const want of expected) {
    const have = there.get(key(want));
    there.delete(key(want));
    const where = placeOf(want);
    if (have === undefined) lines.push(`${where}: ${want.rows} rows expected, none there`);
    else if (have.rows !== want.rows) {
      lines.push(`${where}: ${want.rows} rows expected, ${have.rows} there`);
    } else if (have.sum !== want.sum || have.xor !== want.xor) {
      lines.push(`${where}: ${want.rows} rows as expected, but their content differs`);
    }
  }
  for (const extra of there.values()) {
    lines.push(
      `${extra.table}, partition ${extra.partition}${onShard(extra)}: ${extra.rows} rows that nobody expects`,
    );
  }
  return lines;
}

function placeOf(hash: ContentHash): string {
  const source = hash.clusterId === "" ? "" : ` of ${hash.clusterId}`;
  return `${hash.table}, partition ${hash.partition}${source}${onShard(hash)}`;
}

const onShard = ({ shard }: ContentHash): string => (shard === undefined ? "" : `, shard ${shard}`);
