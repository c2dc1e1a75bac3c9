import { UserError } from "../command.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { TABLES, tablesOf } from "../clickhouse/schema.ts";
import { onEveryShard } from "../clickhouse/shards.ts";

/** A database of its own: the marker is in no backup, so a restored server has only its own. */
const MARKER = "recover.restores";

export interface Marker {
  readonly recoveryId: string;
  readonly ledger: string;
  readonly phase: "started" | "done";
  /** JSON of the step's result; empty until it is done. */
  readonly result: string;
}

/** The newest entry of each recovery. */
export async function readMarkers(clickhouse: ClickHouse): Promise<Marker[]> {
  await clickhouse.run("CREATE DATABASE IF NOT EXISTS recover");
  await clickhouse.run(
    `CREATE TABLE IF NOT EXISTS ${MARKER} (recovery_id String, ledger String, phase String, result String,
       at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')) ENGINE = MergeTree ORDER BY (recovery_id, at)`,
  );
  return clickhouse.query<Marker>(
    // Columns by the table's name: an alias of the same name would stand for the aggregate itself.
    `SELECT recovery_id AS recoveryId, argMax(m.ledger, m.at) AS ledger,
       argMax(m.phase, (m.at, m.phase = 'done')) AS phase,
       argMax(m.result, (m.at, m.phase = 'done')) AS result
     FROM ${MARKER} AS m GROUP BY recovery_id`,
  );
}

export async function writeMarker(clickhouse: ClickHouse, marker: Marker): Promise<void> {
  await clickhouse.run(
    `INSERT INTO ${MARKER} (recovery_id, ledger, phase, result)
     SELECT {recoveryId: String}, {ledger: String}, {phase: String}, {result: String}`,
    { params: { ...marker } },
  );
}

/** Rows of every stored table. */
export async function countRows(clickhouse: ClickHouse): Promise<{ name: string; rows: number }[]> {
  const counts: { name: string; rows: number }[] = [];
  for (const { name } of TABLES) {
    const { rows } = await clickhouse.one<{ rows: number }>(
      `SELECT count() AS rows FROM ${clickhouse.database}.${name}`,
    );
    counts.push({ name, rows });
  }
  return counts;
}

/** @throws UserError unless every stored table is empty. */
export async function requireEmpty(
  clickhouse: ClickHouse,
  markers: readonly Marker[],
): Promise<void> {
  const full = (await countRows(clickhouse)).filter(({ rows }) => rows > 0);
  if (full.length === 0) return;
  const by = markers.map(({ recoveryId, phase }) => `recovery "${recoveryId}" (${phase})`);
  throw new UserError(
    `the ClickHouse server at ${clickhouse.connection.url} is not empty: ` +
      full.map(({ name, rows }) => `${name} has ${rows} rows`).join(", ") +
      `${by.length === 0 ? "" : `, restored by ${by.join(", ")}`}. A restore never writes over data, so ` +
      "nothing was changed. Go on with the recovery that wrote it, or destroy its stack (the vault stays) and " +
      "`pulumi up`, which restores into a new server.",
  );
}

/** Only for tables that this very recovery has begun to fill. */
export async function emptyTables(clickhouse: ClickHouse): Promise<void> {
  await onEveryShard(clickhouse, async (shard, index) => {
    const names = index === 0 ? TABLES.map(({ name }) => name) : tablesOf("idempotent");
    for (const name of names) await shard.run(`TRUNCATE TABLE ${shard.stored(name)}`);
  });
}
