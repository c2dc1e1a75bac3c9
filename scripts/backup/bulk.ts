import { setTimeout as sleep } from "node:timers/promises";
import type { ClickHouse } from "../clickhouse/client.ts";
import { tablesOf } from "../clickhouse/schema.ts";
import { onEveryShard } from "../clickhouse/shards.ts";
import type { Reporter } from "../command.ts";
import { failpoint } from "../failpoint.ts";
import type { Ledger } from "../ledger/schema.ts";
import { backupTables } from "./native.ts";

/** Where the parts of one backup lie on the backup disk. */
export type BackupPlace = Ledger["clickhouse"]["backups"][number];

/** Tables whose rows carry their identity: saved while ingest runs. */
const BULK_TABLES = tablesOf("idempotent");

/** The place of a new backup of so many shards. */
export function newPlace(id: string, folder: string, shards: number): BackupPlace {
  const others = Array.from({ length: shards - 1 }, (_, index) => `${folder}/bulk-${index + 2}`);
  return {
    id,
    cut: `${folder}/cut`,
    bulk: `${folder}/bulk`,
    ...(others.length === 0 ? {} : { others }),
  };
}

/** Folder of each shard's rows, in the order of the shards. */
export function bulkFolders({ bulk, others = [] }: BackupPlace): string[] {
  return [bulk, ...others];
}

/**
 * Every shard saves its own rows, all at once, while ingest runs: rows above the cut come along and do no
 * harm, they carry their identity. Below it none is missing in any shard: the cut was taken before.
 * @param base what is added to: the same shards' folders
 */
export async function saveBulk(
  clickhouse: ClickHouse,
  place: BackupPlace,
  base: BackupPlace | undefined,
  reporter: Reporter,
): Promise<void> {
  const disk = clickhouse.connection.backupDisk;
  const from = base === undefined ? [] : bulkFolders(base);
  const saving = onEveryShard(clickhouse, async (shard, index) => {
    const path = bulkFolders(place)[index] ?? "";
    const added = from[index];
    await backupTables(
      shard,
      BULK_TABLES,
      { disk, path },
      reporter,
      added === undefined ? undefined : { disk, path: added },
    );
    await failpoint("backup.after-shard");
  });
  saving.catch(() => undefined);
  await Promise.race([saving, sleep(50)]);
  await failpoint("backup.during-bulk");
  await saving;
}
