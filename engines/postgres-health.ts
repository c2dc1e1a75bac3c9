/**
 * `node postgres-health.ts conf/health.json`, in the server's home: exits 0 when the server accepts
 * connections with the configured password and its recovery has ended; else 1, saying how far it is.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import pg from "pg";
import type { HealthPlan } from "./postgres.ts";

const plan = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as HealthPlan;
const base = { user: "postgres", database: "postgres", port: plan.port, statement_timeout: 4000 };
const wrongPassword = "28P01";

interface State {
  readonly in_recovery: boolean;
  readonly lsn: string | null;
  readonly time: string | null;
}

async function ask(settings: pg.ClientConfig, change?: (client: pg.Client) => Promise<void>) {
  const client = new pg.Client({ ...base, ...settings, connectionTimeoutMillis: 4000 });
  await client.connect();
  try {
    const { rows } = await client.query<State>(
      `SELECT pg_is_in_recovery() AS in_recovery, pg_last_wal_replay_lsn()::text AS lsn,
        to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time`,
    );
    const [state] = rows;
    if (state === undefined) throw new Error("the server answered without a row");
    if (!state.in_recovery) await change?.(client);
    return state;
  } finally {
    await client.end();
  }
}

/**
 * By the owner's socket, where no password is asked. By way of the working directory (the server's
 * home), because an absolute path may be longer than a socket's may be (107).
 */
async function askAsOwner(change?: (client: pg.Client) => Promise<void>): Promise<State> {
  return ask({ host: `/proc/self/cwd/${plan.socketFolder}` }, change);
}

async function setPassword(client: pg.Client): Promise<void> {
  await client.query(`ALTER ROLE postgres PASSWORD ${client.escapeLiteral(plan.password)}`);
}

async function check(): Promise<string | undefined> {
  // As the owner first: a restored server still has the password of the one that was lost, and each
  // failed login would be a line in its log.
  const state = await askAsOwner();
  if (state.in_recovery) {
    return `replaying WAL, at ${state.lsn ?? "the start"}${state.time === null ? "" : `, ${state.time}`}`;
  }
  try {
    await ask({ host: "127.0.0.1", password: plan.password });
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== wrongPassword) throw error;
    await askAsOwner(setPassword);
  }
  // Known until the next restart only.
  if (state.lsn !== null && !existsSync(plan.report)) {
    const report = { replayedLsn: state.lsn, lastTransaction: state.time };
    writeFileSync(`${plan.report}.new`, `${JSON.stringify(report)}\n`);
    renameSync(`${plan.report}.new`, plan.report);
  }
  return undefined;
}

try {
  const waiting = await check();
  if (waiting !== undefined) {
    console.log(waiting);
    process.exitCode = 1;
  }
} catch (error) {
  console.log(error instanceof Error ? error.message || error.name : String(error));
  process.exitCode = 1;
}
