import { createHash } from "node:crypto";
import { UserError } from "../command.ts";
import type { VaultSide } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";
import { memberState, takeSnapshot } from "./admin.ts";
import type { Member } from "./admin.ts";
import type { ZooKeeperConnection } from "./client.ts";
import { parseSnapshot } from "./snapshot-file.ts";

export interface StoredSnapshot {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly znodes: number;
}

/** Key of a snapshot: sorts by time. @param prefix of the epoch, for example `e7` */
export function snapshotKey(prefix: string, at: Date): string {
  return `${prefix}/zookeeper/${at.toISOString().replaceAll(/[-:]/g, "")}.snapshot`;
}

/** Takes a snapshot of the leader and stores it, whole and readable, or not at all. */
export async function storeSnapshot(
  connection: ZooKeeperConnection,
  vault: VaultSide,
  prefix: string,
): Promise<StoredSnapshot> {
  const bytes = await takeSnapshot(connection, await leader(connection));
  const znodes = parseSnapshot(bytes).size;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const key = snapshotKey(prefix, new Date());
  const store = new ObjectStore(vault);
  try {
    const { created } = await store.putIfAbsent(vault.backups, key, bytes, { sha256 });
    if (!created) throw new UserError(`${key} exists already: take the snapshot again.`);
  } finally {
    store.close();
  }
  return { key, bytes: bytes.length, sha256, znodes };
}

/** The newest snapshot under a prefix. @throws UserError when there is none */
export async function newestSnapshot(vault: VaultSide, prefix: string): Promise<string> {
  const store = new ObjectStore(vault);
  try {
    const names = await store.listNames(vault.backups, `${prefix}/zookeeper/`);
    const newest = names.filter((name) => name.endsWith(".snapshot")).at(-1);
    if (newest !== undefined) return `${prefix}/zookeeper/${newest}`;
  } finally {
    store.close();
  }
  throw new UserError(
    `the vault's bucket ${vault.backups} holds no ZooKeeper snapshot under ${prefix}/zookeeper/: a ` +
      "Kafka cluster in ZooKeeper mode cannot be brought back without one. Stand up the standby " +
      "instead: it takes its events from the archive.",
  );
}

/**
 * A stored snapshot, whole.
 *
 * @param sha256 as recorded; without it the vault's own checksum is compared
 * @throws UserError when there is no such object, or its bytes are not those recorded
 */
export async function fetchSnapshot(vault: VaultSide, key: string, sha256: string | undefined) {
  const store = new ObjectStore(vault);
  try {
    const bytes = await store.get(vault.backups, key);
    if (bytes === undefined) {
      throw new UserError(
        `the vault's bucket ${vault.backups} has no ${key}: nothing was changed. List the snapshots ` +
          "under its folder and name one of those.",
      );
    }
    const expected = sha256 ?? (await store.head(vault.backups, key))?.sha256;
    const digest = createHash("sha256").update(bytes).digest("hex");
    if (expected !== undefined && expected !== digest) {
      throw new UserError(
        `the snapshot ${key} is not the one on record: its SHA-256 is ${digest}, not ${expected}. ` +
          "Nothing was changed. Use an older snapshot.",
      );
    }
    return { bytes, digest };
  } finally {
    store.close();
  }
}

async function leader(connection: ZooKeeperConnection): Promise<Member> {
  let last: unknown;
  let serving: Member | undefined;
  for (const member of connection.members) {
    try {
      const { server_state: state } = await memberState(member);
      serving ??= member;
      if (state === "leader" || state === "standalone") return member;
    } catch (error) {
      last = error;
    }
  }
  if (serving !== undefined) return serving;
  throw last;
}
