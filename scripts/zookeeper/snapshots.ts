import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../command.ts";
import type { Reporter } from "../command.ts";
import type { VaultSide } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";
import { memberState, persistSnapshot, restoreMember, takeSnapshot } from "./admin.ts";
import type { Member } from "./admin.ts";
import { walk, withZooKeeper } from "./client.ts";
import type { ZooKeeperConnection } from "./client.ts";
import { parseSnapshot } from "./snapshot-file.ts";
import type { SnapshotZnode } from "./snapshot-file.ts";

export interface StoredSnapshot {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly znodes: number;
}

export interface RestoredSnapshot extends StoredSnapshot {
  readonly members: number;
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
 * Brings a fresh ensemble back to a stored snapshot: the same bytes on every member. A restore that
 * was killed half-way is finished by running it again.
 *
 * @param sha256 of the snapshot as recorded; without it the vault's own checksum is compared
 * @throws UserError, with nothing changed, when the bytes are not those recorded, or a member holds
 *   znodes that the snapshot lacks, or somebody is connected to it
 */
export async function restoreSnapshot(
  connection: ZooKeeperConnection,
  vault: VaultSide,
  key: string,
  reporter: Reporter,
  sha256?: string,
): Promise<RestoredSnapshot> {
  const { bytes, digest } = await fetchSnapshot(vault, key, sha256);
  const znodes = parseSnapshot(bytes);
  for (const member of connection.members) await refuseUnlessFresh(connection, member, znodes);
  for (const member of connection.members) {
    await restoreMember(connection, member, bytes);
    reporter.progress(`${member.client} restored from ${key}`);
  }
  for (const member of connection.members) {
    await verifyMember(connection, member, znodes);
    await persistSnapshot(connection, member);
  }
  return {
    key,
    bytes: bytes.length,
    sha256: digest,
    znodes: znodes.size,
    members: connection.members.length,
  };
}

async function fetchSnapshot(vault: VaultSide, key: string, sha256: string | undefined) {
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

/** What an ensemble that nobody has used yet makes by itself. */
const OWN = /^\/(zookeeper(\/.*)?)?$/;

async function refuseUnlessFresh(
  connection: ZooKeeperConnection,
  member: Member,
  snapshot: ReadonlyMap<string, SnapshotZnode>,
): Promise<void> {
  const state = await memberState(member);
  if (state.num_alive_connections > 0) {
    throw new UserError(
      `${String(state.num_alive_connections)} clients are connected to the ZooKeeper member ${member.client}: ` +
        "nothing was changed. Stop the Kafka brokers (and whatever else uses it) before a restore.",
    );
  }
  const paths = await withZooKeeper(connection, (znodes) => walk(znodes, "/"), [member.client]);
  const strange = paths.find((path) => !OWN.test(path) && !snapshot.has(path));
  if (strange !== undefined) {
    throw new UserError(
      `the ZooKeeper member ${member.client} is in use: it holds ${strange}, which the snapshot lacks. ` +
        "A restore would destroy that, so nothing was changed. Restore into a fresh ensemble.",
    );
  }
}

/** What lives longer than a session must be there; sessions of the time of the snapshot may end. */
async function verifyMember(
  connection: ZooKeeperConnection,
  member: Member,
  snapshot: ReadonlyMap<string, SnapshotZnode>,
): Promise<void> {
  const lasting = [...snapshot].filter(([, znode]) => !znode.ephemeral).map(([path]) => path);
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await withZooKeeper(connection, (znodes) => walk(znodes, "/"), [member.client]);
    const present = new Set(found);
    const missing = lasting.filter((path) => !present.has(path));
    if (missing.length === 0) return;
    if (Date.now() > deadline) {
      throw new UserError(
        `the ZooKeeper member ${member.client} lacks ${String(missing.length)} of ${String(lasting.length)} ` +
          `restored znodes (${missing[0] ?? ""}, …). Start no broker. Remove the members' folders and ` +
          "restore again, from this snapshot or an older one.",
      );
    }
    await sleep(200);
  }
}
