import { randomBytes } from "node:crypto";
import { epochPrefix } from "../archive/layout.ts";
import { archiveGroup, archiveProgress } from "../archive/source.ts";
import { withClickHouse, type ClickHouse } from "../clickhouse/client.ts";
import { hashIdentityTables } from "../clickhouse/contenthash.ts";
import { storedName, TABLES } from "../clickhouse/schema.ts";
import { assertPlaces } from "../clickhouse/shards.ts";
import type { Context } from "../command.ts";
import { type Connection, requireParts } from "../connection.ts";
import { failpoint } from "../failpoint.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { adminLogin } from "../kafka/client.ts";
import { captureTopology } from "../kafka/topology.ts";
import { topicState } from "../kafka/topics.ts";
import { type Ledger, newBackupId, shardCount, type TableClass } from "../ledger/schema.ts";
import { publicKeyOf, signLedger } from "../ledger/sign.ts";
import { putLedger } from "../ledger/store.ts";
import { keys } from "../fence/records.ts";
import { sha256Hex } from "../vault/hash.ts";
import { ObjectStore } from "../vault/s3.ts";
import { newPlace, saveBulk } from "./bulk.ts";
import { pickChain } from "./chains.ts";
import { CUT_TABLES, takeCut } from "./cut.ts";
import { type RowLock, takeRowLock } from "./lock.ts";
import { endLeftovers } from "./native.ts";
import { describeObjects, totalBytes } from "./objects.ts";
import { protectPostgres } from "./postgres.ts";
import { protectEnsemble } from "./zookeeper.ts";

export interface BackupResult {
  readonly id: string;
  readonly kind: Ledger["kind"];
  readonly chain: readonly string[];
  readonly ledgerKey: string;
  /** Written by this backup. */
  readonly objects: number;
  readonly bytes: number;
  readonly pausedSeconds: number;
  readonly seconds: number;
}

type Parts = ReturnType<typeof partsOf>;

function partsOf(connection: Connection) {
  return requireParts(connection, ["kafka", "clickhouse", "vault", "control", "signing"]);
}

/**
 * Takes one backup and writes its ledger last: until then nothing refers to what was written, so a
 * backup that is killed anywhere leaves no ledger and harms no other.
 * @param kind default: incremental when there is something to add to, else full
 */
export async function backup(
  connection: Connection,
  kind: Ledger["kind"] | undefined,
  context: Context,
): Promise<BackupResult> {
  const parts = partsOf(connection);
  const started = performance.now();
  await assertEpoch(connection);
  const { control, line, owner } = parts;
  const store = new ObjectStore(parts.vault);
  // Parent and id only under the lock: another backup may just be finishing.
  const lock = await takeRowLock(control, line, owner, context);
  try {
    const parent = kind === "full" ? undefined : await findParent(parts, store, context);
    if (kind === "incremental" && parent === undefined) {
      context.warn("there is no full backup of this epoch yet to add to: this one is full");
    }
    const id = newBackupId(
      parent === undefined ? "full" : "incremental",
      new Date(),
      randomBytes(3).toString("hex"),
    );
    return await withClickHouse(parts.clickhouse, async (clickhouse) => {
      await assertPlaces(clickhouse);
      await endLeftovers(clickhouse, context);
      const run = new BackupRun(parts, clickhouse, store, lock, id, parent, context);
      const result = { ...(await run.run()), seconds: (performance.now() - started) / 1000 };
      await announce(parts, result);
      return result;
    });
  } finally {
    await lock.release();
    store.close();
  }
}

/** The newest chain of this epoch that is whole on this side: what an incremental adds to. */
async function findParent(
  { vault, line, epoch, trust, signing, clickhouse }: Parts,
  store: ObjectStore,
  context: Context,
): Promise<Ledger | undefined> {
  const trusted = { ...trust, ...publicKeyOf(signing) };
  const { chain, rejected } = await pickChain(store, vault, line, trusted, {
    deep: false,
    accept: (found) => found.epoch === epoch,
  });
  for (const { id, reason } of rejected) context.warn(`not added to ${id}: ${reason}`);
  const newest = chain?.at(-1);
  const shards = 1 + (clickhouse.sharded?.others.length ?? 0);
  if (newest === undefined || shardCount(newest) === shards) return newest;
  context.warn(
    `not added to ${newest.id}: it is of ${shardCount(newest)} shards, here are ${shards}`,
  );
  return undefined;
}

async function announce({ control, line }: Parts, result: BackupResult): Promise<void> {
  const store = new ObjectStore(control);
  const body = JSON.stringify({ time: new Date().toISOString(), ...result });
  await store
    .put(control.bucket, keys.announcement(line, "backup"), body, {
      contentType: "application/json",
    })
    // The ledger is what counts.
    .catch(() => undefined);
  store.close();
}

/** One backup on its way. */
class BackupRun {
  readonly #parts: Parts;
  readonly #clickhouse: ClickHouse;
  readonly #store: ObjectStore;
  readonly #lock: RowLock;
  readonly #id: string;
  readonly #parent: Ledger | undefined;
  readonly #context: Context;
  readonly #prefix: string;

  constructor(
    parts: Parts,
    clickhouse: ClickHouse,
    store: ObjectStore,
    lock: RowLock,
    id: string,
    parent: Ledger | undefined,
    context: Context,
  ) {
    this.#parts = parts;
    this.#clickhouse = clickhouse;
    this.#store = store;
    this.#lock = lock;
    this.#id = id;
    this.#parent = parent;
    this.#context = context;
    this.#prefix = epochPrefix(parts.epoch, parts.line);
  }

  async run(): Promise<Omit<BackupResult, "seconds">> {
    const { kafka, vault, line, postgres, clickhouse: link } = this.#parts;
    const folder = `${this.#prefix}/clickhouse/${this.#id}`;
    const place = newPlace(this.#id, folder, this.#clickhouse.shards.length);
    const cut = await takeCut(
      this.#parts,
      { clickhouse: this.#clickhouse, kafka, vault, line, reporter: this.#context },
      { disk: link.backupDisk, path: place.cut },
      this.#lock,
      this.#context,
    );
    const protectedPostgres =
      postgres === undefined
        ? undefined
        : protectPostgres(
            { postgres, vault, prefix: this.#prefix },
            { full: this.#parent === undefined, parent: this.#parent?.postgres },
            this.#context,
          );
    // Awaited below; without a handler a failure meanwhile would end the process.
    protectedPostgres?.catch(() => undefined);
    await saveBulk(this.#clickhouse, place, this.#parent?.clickhouse.backups.at(-1), this.#context);
    const contentHashes = [
      ...(await hashIdentityTables(this.#clickhouse, cut.sources)),
      ...cut.sums,
    ];
    const database = await protectedPostgres;
    const topology = await captureTopology(kafka);
    const snapshot = await protectEnsemble(
      this.#store,
      vault,
      this.#prefix,
      this.#parts.zookeeper,
      this.#context,
    );
    this.#context.progress("hashing what was written");
    const { objects, lockUntil } = await describeObjects(this.#store, vault.backups, [
      `${folder}/`,
      ...(database?.baseFolder === undefined ? [] : [database.baseFolder]),
      ...(snapshot === undefined ? [] : [snapshot]),
    ]);
    const ledger: Ledger = {
      version: place.others === undefined ? 1 : 2,
      id: this.#id,
      line,
      epoch: this.#parts.epoch,
      kind: this.#parent === undefined ? "full" : "incremental",
      chain: [...(this.#parent?.chain ?? []), this.#id],
      createdAt: cut.createdAt.toISOString(),
      finishedAt: new Date().toISOString(),
      writer: {
        stack: this.#parts.stack,
        owner: this.#parts.owner,
        region: this.#parts.region,
      },
      keyId: this.#parts.signing.keyId,
      cut: {
        segment: cut.segment,
        pausedSeconds: cut.pausedSeconds,
        exactTables: [...CUT_TABLES],
        partitions: [...cut.partitions],
      },
      clickhouse: {
        database: this.#clickhouse.database,
        tables: await this.#tables(),
        contentHashes,
        backups: [...(this.#parent?.clickhouse.backups ?? []), place],
      },
      ...(database === undefined ? {} : { postgres: database.position }),
      kafka: {
        archived: await this.#archived(),
        topics: topology.topics.map((topic) => ({ ...topic, configs: { ...topic.configs } })),
        acls: topology.acls.map((entry) => ({ ...entry })),
        logins: [...topology.logins],
      },
      ...(snapshot === undefined ? {} : { zookeeper: { snapshot } }),
      objects,
      lockUntil: lockUntil?.toISOString() ?? null,
      versions: { node: process.version, ...(await this.#versions()), ...database?.versions },
    };
    await failpoint("backup.before-ledger");
    this.#lock.assertHeld();
    // Again, as late as can be: a side that was fenced meanwhile must not look protected.
    await assertEpoch(this.#parts);
    const signed = { ...signLedger(ledger, this.#parts.signing.privateKey), ledger };
    const ledgerKey = await putLedger(this.#store, vault.backups, signed);
    const bytes = totalBytes(objects);
    this.#context.progress(
      `${ledger.kind} backup ${this.#id}: ${objects.length} objects, ${(bytes / 1e6).toFixed(1)} MB`,
    );
    return {
      id: this.#id,
      kind: ledger.kind,
      chain: ledger.chain,
      ledgerKey,
      objects: objects.length,
      bytes,
      pausedSeconds: cut.pausedSeconds,
    };
  }

  /** None where nobody commits how far the archive is: the proof then asks the objects themselves. */
  async #archived(): Promise<Ledger["kafka"]["archived"]> {
    const { kafka } = this.#parts;
    if (archiveGroup(kafka) === undefined) return [];
    const [{ clusterId, topicId, topic }, progress] = await Promise.all([
      topicState(kafka),
      archiveProgress(kafka, adminLogin(kafka)),
    ]);
    return progress.map(({ partition, next }) => ({
      clusterId,
      topicId,
      topic,
      partition,
      next: next ?? 0,
    }));
  }

  async #tables(): Promise<Ledger["clickhouse"]["tables"]> {
    const { isShard } = this.#clickhouse;
    const rows = await this.#clickhouse.query<{ name: string; ddl: string }>(
      "SELECT name, create_table_query AS ddl FROM system.tables WHERE database = {database: String}",
      { database: this.#clickhouse.database },
    );
    const saved: Record<TableClass, "cut" | "bulk" | null> = {
      idempotent: "bulk",
      "exact-cut": "cut",
      control: "cut",
      rebuilt: null,
    };
    return TABLES.map((table) => ({
      name: table.name,
      class: table.class,
      ddlSha256: sha256Hex(
        rows.find(({ name }) => name === storedName(table.name, isShard))?.ddl ?? "",
      ),
      backup: saved[table.class],
    }));
  }

  async #versions(): Promise<Record<string, string>> {
    const { version } = await this.#clickhouse.one<{ version: string }>(
      "SELECT version() AS version",
    );
    return { clickhouse: version };
  }
}
