import type { Reporter } from "../command.ts";
import type { Connection, VaultSide } from "../connection.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { storeSnapshot } from "../zookeeper/snapshots.ts";

/**
 * The ensemble's snapshot that belongs to this backup: a new one, else the newest that the schedule
 * exported (an ensemble in trouble must not keep ClickHouse from being backed up).
 * @returns its key; undefined when there is none (Kafka in KRaft mode)
 */
export async function protectEnsemble(
  store: ObjectStore,
  vault: VaultSide,
  prefix: string,
  zookeeper: Connection["zookeeper"],
  reporter: Reporter,
): Promise<string | undefined> {
  if (zookeeper !== undefined) {
    try {
      return (await storeSnapshot(zookeeper, vault, prefix)).key;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      reporter.warn(`no new ZooKeeper snapshot, the newest exported one is recorded: ${why}`);
    }
  }
  let newest: string | undefined;
  for await (const { key } of store.list(vault.backups, `${prefix}/zookeeper/`)) {
    if (key.endsWith(".snapshot")) newest = key;
  }
  return newest;
}
