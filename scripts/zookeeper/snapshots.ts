import { createHash } from "node:crypto";
import { epochPrefix } from "../archive/layout.ts";
import { UserError } from "../command.ts";
import type { Reporter } from "../command.ts";
import type { VaultSide } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";
import { memberState, takeSnapshot } from "./admin.ts";
import type { Member } from "./admin.ts";
import type { ZooKeeperConnection } from "./client.ts";
import { unusable } from "./kafka-plan.ts";
import { parseSnapshot } from "./snapshot-file.ts";
import type { SnapshotZnode } from "./snapshot-file.ts";

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

type Serves = ZooKeeperConnection["serves"];

const readyWhen = {
  kafka: "the brokers are up and have their topic",
  clickhouse: "ClickHouse is up and has made its tables",
} as const satisfies Record<NonNullable<Serves>, string>;

/**
 * What keeps a snapshot from being one to recover from, or undefined. ClickHouse's state is made again from
 * its replicas (`SYSTEM RESTORE REPLICA`); its snapshot is for looking things up, and for replicas that are lost.
 */
export function notWorthKeeping(
  serves: Serves,
  znodes: ReadonlyMap<string, SnapshotZnode>,
): string | undefined {
  if (serves !== "clickhouse") return unusable(znodes);
  const any = [...znodes.keys()].some((path) => path.startsWith("/clickhouse/"));
  return any ? undefined : "it holds nothing of ClickHouse";
}

/**
 * Takes a snapshot of the leader and stores it, whole and readable, or not at all.
 *
 * @throws UserError when there is nothing to recover in it: the ensemble is fresh, or being restored
 */
export async function storeSnapshot(
  connection: ZooKeeperConnection,
  vault: VaultSide,
  prefix: string,
): Promise<StoredSnapshot> {
  const bytes = await takeSnapshot(connection, await leader(connection));
  const znodes = parseSnapshot(bytes);
  const problem = notWorthKeeping(connection.serves, znodes);
  if (problem !== undefined) {
    throw new UserError(
      `the ensemble's snapshot was not stored: ${problem}. The newest stored one stays the one to ` +
        `recover from. Take it again when ${readyWhen[connection.serves ?? "kafka"]}.`,
    );
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const key = snapshotKey(prefix, new Date());
  const store = new ObjectStore(vault);
  try {
    const { created } = await store.putIfAbsent(vault.backups, key, bytes, { sha256 });
    if (!created) throw new UserError(`${key} exists already: take the snapshot again.`);
  } finally {
    store.close();
  }
  return { key, bytes: bytes.length, sha256, znodes: znodes.size };
}

/** A snapshot that was read, checked and found good. */
export interface UsableSnapshot {
  readonly key: string;
  readonly sha256: string;
  readonly znodes: ReadonlyMap<string, SnapshotZnode>;
}

/**
 * The newest snapshot that can bring the brokers back: of this epoch, else of the one before (a new
 * epoch has none at first), and so on. One that is damaged or useless is passed over, with a warning.
 *
 * @throws UserError when there is none
 */
export async function newestSnapshot(
  vault: VaultSide,
  epoch: number,
  line: string,
  reporter: Reporter,
): Promise<UsableSnapshot> {
  const store = new ObjectStore(vault);
  try {
    for (let each = epoch; each > 0; each--) {
      const folder = `${epochPrefix(each, line)}/zookeeper/`;
      const names = await store.listNames(vault.backups, folder);
      for (const name of names.filter((one) => one.endsWith(".snapshot")).reverse()) {
        try {
          return await readSnapshot(store, vault, folder + name);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          reporter.warn(`${folder}${name} is passed over: ${error.message}`);
        }
      }
    }
  } finally {
    store.close();
  }
  throw new UserError(
    `the vault's bucket ${vault.backups} holds no usable ZooKeeper snapshot of epoch ${String(epoch)} or ` +
      "before: a Kafka cluster in ZooKeeper mode cannot be brought back without one. Nothing was " +
      "changed. Stand up the standby instead: it takes its events from the archive.",
  );
}

/**
 * One stored snapshot.
 *
 * @param sha256 as recorded; without it the vault's own checksum is compared
 * @throws UserError when there is no such object, its bytes are not those recorded, or they can
 *   bring no Kafka cluster back
 */
export async function namedSnapshot(
  vault: VaultSide,
  key: string,
  sha256?: string,
): Promise<UsableSnapshot> {
  const store = new ObjectStore(vault);
  try {
    return await readSnapshot(store, vault, key, sha256);
  } finally {
    store.close();
  }
}

async function readSnapshot(
  store: ObjectStore,
  vault: VaultSide,
  key: string,
  sha256?: string,
): Promise<UsableSnapshot> {
  const bytes = await store.get(vault.backups, key);
  if (bytes === undefined) {
    throw new UserError(
      `the vault's bucket ${vault.backups} has no ${key}: nothing was changed. List the snapshots ` +
        "under its folder and name one of those.",
    );
  }
  const expected = sha256 ?? (await store.head(vault.backups, key))?.sha256;
  const found = createHash("sha256").update(bytes).digest("hex");
  if (expected !== undefined && expected !== found) {
    throw new UserError(
      `the snapshot ${key} is not the one on record: its SHA-256 is ${found}, not ${expected}. ` +
        "Nothing was changed. Use an older snapshot.",
    );
  }
  const znodes = parseSnapshot(bytes);
  const problem = unusable(znodes);
  if (problem !== undefined) {
    throw new UserError(
      `the snapshot ${key} brings no Kafka cluster back: ${problem}. Nothing was changed. Name one that ` +
        "was taken while the brokers were up.",
    );
  }
  return { key, sha256: found, znodes };
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
