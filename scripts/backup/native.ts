import { setTimeout as sleep } from "node:timers/promises";
import { ClickHouseError } from "@clickhouse/client";
import { type Reporter, UserError } from "../command.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { onEveryShard } from "../clickhouse/shards.ts";

/** Beginning of the ids of our BACKUP and RESTORE statements. */
const QUERY = "native-backup";

/**
 * Ends what a killed run left working in the server: a BACKUP goes on without its client, and the
 * next one would be refused.
 */
export async function endLeftovers(clickhouse: ClickHouse, reporter: Reporter): Promise<void> {
  await onEveryShard(clickhouse, (shard) => endLeftoversOf(shard, reporter));
}

async function endLeftoversOf(clickhouse: ClickHouse, reporter: Reporter): Promise<void> {
  await clickhouse.killQueries(QUERY);
  for (let waited = 0; ; waited++) {
    const working = await clickhouse.query<{ name: string }>(
      "SELECT name FROM system.backups WHERE status IN ('CREATING_BACKUP', 'RESTORING')",
    );
    if (working.length === 0) return;
    if (waited === 0) reporter.progress("waiting for a BACKUP or RESTORE that was left working");
    if (waited > 120) {
      throw new UserError(
        `ClickHouse at ${clickhouse.connection.url} still works on ${working.map(({ name }) => name).join(", ")} although its query was ended ` +
          "two minutes ago. Restart the ClickHouse server (nothing is lost), then run this again.",
      );
    }
    await sleep(1000);
  }
}

/** A folder on the server's backup disk. */
export interface DiskFolder {
  readonly disk: string;
  readonly path: string;
}

/** `base`: only what changed since that backup is written; its folder must stay where it is. */
export async function backupTables(
  clickhouse: ClickHouse,
  tables: readonly string[],
  to: DiskFolder,
  reporter: Reporter,
  base?: DiskFolder,
): Promise<void> {
  const settings = base === undefined ? "" : ` SETTINGS base_backup = ${disk(base)}`;
  await withProgress(clickhouse, `saving ${tables.join(", ")}`, reporter, () =>
    clickhouse.run(`BACKUP ${list(clickhouse, tables)} TO ${disk(to)}${settings}`, {
      idPrefix: QUERY,
    }),
  );
}

/** Into tables that exist and are empty; their definition may be more than what the backup has. */
export async function restoreTables(
  clickhouse: ClickHouse,
  tables: readonly string[],
  from: DiskFolder,
  reporter: Reporter,
): Promise<void> {
  await withProgress(clickhouse, `restoring ${tables.join(", ")}`, reporter, () =>
    clickhouse.run(
      `RESTORE ${list(clickhouse, tables)} FROM ${disk(from)} SETTINGS allow_different_table_def = 1`,
      { idPrefix: QUERY },
    ),
  );
  for (const table of tables) await reload(clickhouse, table);
}

function list(clickhouse: ClickHouse, tables: readonly string[]): string {
  return tables.map((table) => `TABLE ${clickhouse.stored(table)}`).join(", ");
}

function disk({ disk: name, path }: DiskFolder): string {
  return `Disk('${name}', '${path}')`;
}

async function withProgress(
  clickhouse: ClickHouse,
  what: string,
  reporter: Reporter,
  work: () => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const running = work()
    .catch((error: unknown) => {
      throw explainVaultError(error, what);
    })
    .finally(() => {
      stop.abort();
    });
  const watching = (async () => {
    for (;;) {
      await sleep(2000, undefined, { signal: stop.signal });
      const [row] = await clickhouse.query<{ files: number; read: number; total: number }>(
        `SELECT num_files AS files, files_read AS read, total_size AS total FROM system.backups
         WHERE status IN ('CREATING_BACKUP', 'RESTORING') ORDER BY start_time DESC LIMIT 1`,
      );
      if (row !== undefined) {
        const read = row.read > 0 ? `${row.read} of ` : "";
        reporter.progress(`${what}: ${read}${row.files} files, ${(row.total / 1e6).toFixed(1)} MB`);
      }
    }
  })().catch(() => undefined);
  await running;
  await watching;
}

/** ClickHouse hands on what the S3 server said; it had tried again for a while. */
function explainVaultError(error: unknown, what: string): unknown {
  if (!(error instanceof ClickHouseError) || error.type !== "S3_ERROR") return error;
  return new UserError(
    `${what}: the vault's S3 server did not do its part (${error.message.slice(0, 300)}). Nothing that was ` +
      "there before is harmed. If it says that no space is left, free some in the vault's folder; else see that " +
      "it runs and that the login is the current one (`pulumi up`). Then run this again.",
    { cause: error },
  );
}

/**
 * Restored parts keep the mutation version that they had in the lost server, and a new server counts
 * its own from 1: it takes every DELETE up to that version for done and skips it (seen on 26.7). A
 * table that is loaded again begins to count above its parts.
 */
async function reload(clickhouse: ClickHouse, table: string): Promise<void> {
  await clickhouse.run(`DETACH TABLE ${clickhouse.stored(table)} SYNC`);
  await attachAgain(clickhouse, [table]);
}

/** Tables that a restore which was killed had let go of for a moment. */
export async function attachAgain(
  clickhouse: ClickHouse,
  tables: readonly string[],
): Promise<void> {
  for (const table of tables) {
    await clickhouse.run(`ATTACH TABLE IF NOT EXISTS ${clickhouse.stored(table)}`);
  }
}
