import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type pg from "pg";
import type { Reporter } from "../command.ts";
import { inTransaction, withClient } from "./client.ts";
import { isoFormat, positionOf, teamIds } from "./position.ts";
import type { RestoreReport } from "./restore.ts";
import { sequencedTables, type SequencedTable } from "./schema.ts";

/** Highest ids seen outside of PostgreSQL (ClickHouse, archive), by table. */
export type SeenIds = Partial<Record<SequencedTable, number>>;

export interface SettleResult {
  /** Every team that the server has, ascending. */
  readonly teams: readonly number[];
  readonly recoveredTo: {
    /** End of the WAL that was replayed; null when this server was never restored. */
    readonly lsn: string | null;
    /** Commit time of the last transaction that it has, ISO 8601. */
    readonly lastTransaction: string | null;
    /** The youngest heartbeat of any job. */
    readonly heartbeat: string | null;
  };
  readonly timeline: number;
  /** Next id of each table's sequence before and after. */
  readonly sequences: Readonly<Record<SequencedTable, { before: string; after: string }>>;
  /** The base backup that the data came from. */
  readonly base: RestoreReport | null;
}

/**
 * After a restore, before anybody writes: moves every sequence past all ids that were ever seen, so
 * that a new team can never be given the id (and so the events) of one that the restore lost. Only
 * ever forward; run again it changes nothing.
 * @param dataDir of a local server: its recovery's own report lies beside it
 */
export async function settlePostgres(
  postgres: { readonly url: string; readonly dataDir?: string | undefined },
  seen: SeenIds,
  reporter: Reporter,
): Promise<SettleResult> {
  const home = postgres.dataDir === undefined ? undefined : dirname(postgres.dataDir);
  const recovered = await readJson<{ replayedLsn: string; lastTransaction: string | null }>(
    home,
    "recovered.json",
  );
  const base = await readJson<RestoreReport>(home, "restored.json");
  return withClient(postgres.url, (client) =>
    inTransaction(client, async () => {
      const before = await lastTransaction(client);
      const sequences = {} as Record<SequencedTable, { before: string; after: string }>;
      for (const table of sequencedTables) {
        sequences[table] = await advance(client, table, seen[table], reporter);
      }
      const position = await positionOf(client);
      const teams = await teamIds(client);
      const { rows } = await client.query<{ at: string | null }>(
        `SELECT to_char(max(at) AT TIME ZONE 'UTC', ${isoFormat}) AS at FROM recover_heartbeat`,
      );
      return {
        teams,
        recoveredTo: {
          lsn: recovered?.replayedLsn ?? null,
          lastTransaction: recovered?.lastTransaction ?? before,
          heartbeat: rows[0]?.at ?? null,
        },
        timeline: position.timeline,
        sequences,
        base: base ?? null,
      };
    }),
  );
}

/**
 * Commit time of the last transaction, by the server's own book; null after a restart without one, and where the
 * server keeps none (`track_commit_timestamp`, which a database that was adopted may not have).
 */
async function lastTransaction(client: pg.Client): Promise<string | null> {
  const { rows: settings } = await client.query<{ kept: string }>(
    "SELECT current_setting('track_commit_timestamp') AS kept",
  );
  if (settings[0]?.kept !== "on") return null;
  const { rows } = await client.query<{ time: string | null }>(
    `SELECT to_char(timestamp AT TIME ZONE 'UTC', ${isoFormat}) AS time FROM pg_last_committed_xact()`,
  );
  return rows[0]?.time ?? null;
}

async function advance(
  client: pg.Client,
  table: SequencedTable,
  seen: number | undefined,
  reporter: Reporter,
): Promise<{ before: string; after: string }> {
  // Nobody takes an id between the look and the step.
  await client.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
  const { rows } = await client.query<{ next: string; limit: string; present: string }>(
    `SELECT (CASE WHEN s.is_called THEN s.last_value + 1 ELSE s.last_value END)::text AS next,
      (SELECT seqmax FROM pg_sequence WHERE seqrelid = '${table}_id_seq'::regclass)::text AS "limit",
      coalesce((SELECT max(id) FROM ${table}), 0)::text AS present
     FROM ${table}_id_seq s`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`the sequence of ${table} told no value`);
  const before = BigInt(row.next);
  let highest = BigInt(row.present);
  if (seen !== undefined) {
    if (BigInt(seen) >= BigInt(row.limit)) {
      // A made-up id in an event must not use up the sequence.
      reporter.warn(
        `id ${seen} of ${table} was seen in events, but its sequence ends at ${row.limit}: it never gave ` +
          "that out, so the sequence is not moved there",
      );
    } else if (BigInt(seen) > highest) highest = BigInt(seen);
  }
  if (highest < before) return { before: row.next, after: row.next };
  await client.query("SELECT setval($1::regclass, $2::bigint, true)", [
    `${table}_id_seq`,
    highest.toString(),
  ]);
  reporter.progress(`${table}: next id ${highest + 1n} (was ${before})`);
  return { before: row.next, after: (highest + 1n).toString() };
}

async function readJson<T>(home: string | undefined, name: string): Promise<T | undefined> {
  if (home === undefined) return undefined;
  try {
    return JSON.parse(await readFile(join(home, name), "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
