import type pg from "pg";
import { withClient } from "./client.ts";

/** Where a server's history stands. */
export interface PostgresPosition {
  /** Log sequence number, for example `0/3000060`: everything committed lies before it. */
  readonly lsn: string;
  /** The server's clock, ISO 8601 with microseconds, UTC. */
  readonly time: string;
  readonly timeline: number;
  /** Major and minor, for example `17.10`. */
  readonly version: string;
}

/** `to_char` format of ISO 8601 UTC. */
export const isoFormat = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/** The present position, for the ledger. */
export async function currentPosition(url: string): Promise<PostgresPosition> {
  return withClient(url, positionOf);
}

export async function positionOf(client: pg.Client): Promise<PostgresPosition> {
  const { rows } = await client.query<PostgresPosition>(
    `SELECT pg_current_wal_insert_lsn()::text AS lsn,
      to_char(clock_timestamp() AT TIME ZONE 'UTC', ${isoFormat}) AS time,
      ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline,
      split_part(current_setting('server_version'), ' ', 1) AS version`,
  );
  const [position] = rows;
  if (position === undefined) throw new Error("the server told no position");
  return position;
}

/** The ids of all teams: events of any other belong to the quarantine. Ascending. */
export async function knownTeamIds(url: string): Promise<number[]> {
  return withClient(url, teamIds);
}

export async function teamIds(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>("SELECT id FROM posthog_team ORDER BY id");
  return rows.map(({ id }) => id);
}

/**
 * Writes the heartbeat of a job (`backup`, `lease`): the youngest one that a restored server has tells
 * how much it lacks.
 */
export async function beat(url: string, source: string): Promise<void> {
  await withClient(url, (client) =>
    client.query(
      `INSERT INTO recover_heartbeat (source, at, lsn) VALUES ($1, clock_timestamp(), pg_current_wal_insert_lsn())
       ON CONFLICT (source) DO UPDATE SET at = excluded.at, lsn = excluded.lsn`,
      [source],
    ),
  );
}
