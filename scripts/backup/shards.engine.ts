import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { startServers, type TestServers } from "../../tests/harness/clickhouse.ts";
import { killedAt, SILENT_CONTEXT } from "../../tests/harness/killed.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { attachIngest, detachIngest, setCursors } from "../clickhouse/attach.ts";
import { ClickHouse } from "../clickhouse/client.ts";
import {
  archiveTopic,
  startPlatform,
  stored,
  type TestPlatform,
  untilStored,
} from "../clickhouse/fixture.ts";
import { highestPresent } from "../clickhouse/present.ts";
import { replay } from "../clickhouse/replay.ts";
import { createStructure, onEveryShard } from "../clickhouse/shards.ts";
import pickLedger from "../commands/pick-ledger.ts";
import proveCommand from "../commands/prove.ts";
import type { Connection } from "../connection.ts";
import { readGroupOffsets } from "../kafka/offsets.ts";
import { topicState } from "../kafka/topics.ts";
import { type Ledger, type SignedLedger, shardCount } from "../ledger/schema.ts";
import type { ProofResult } from "../proof/prove.ts";
import { restore } from "../restore/restore.ts";
import { verifyRestore } from "../restore/verify.ts";
import { backup, type BackupResult } from "./backup.ts";
import { primaryOf } from "./fixture.ts";

cleanUpAfterFile();

const SHARDS = 2;
let s3: TestS3;
let platform: TestPlatform;
let connection: Connection;
const backups: BackupResult[] = [];

const disks = () => [{ name: "vault", bucket: s3.vault.backups, ...s3.root }];

beforeAll(async () => {
  s3 = await startS3();
  onCleanup(() => s3.stop());
  platform = await startPlatform({ shards: SHARDS }, { disks: disks() });
  connection = await primaryOf(platform, s3);
  await attachIngest(platform.options);
});

function prove(of = connection, more: Record<string, unknown> = {}): Promise<ProofResult> {
  const params = { sources: "kafka", stallSeconds: 5, derivedWaitSeconds: 5, ...more };
  return proveCommand.run(of, proveCommand.params.parse(params), silentReporter);
}

const pick = () => pickLedger.run(connection, { deep: true }, silentReporter);

/** Rows of a table on each server itself. */
const rowsOn = (clickhouse: ClickHouse, table = "events", where = "1"): Promise<number[]> =>
  onEveryShard(clickhouse, async (shard) => {
    const sql = `SELECT count() AS n FROM ${shard.stored(table)} WHERE ${where}`;
    return (await shard.one<{ n: number }>(sql)).n;
  });

/** Rows on a server where no second delivery of theirs would go. */
const misplaced = (clickhouse: ClickHouse): Promise<number[]> =>
  onEveryShard(clickhouse, async (shard, index) => {
    const sql = `SELECT count() AS n FROM ${shard.stored("events")}
      WHERE cityHash64(_cluster_id, _topic_id, _partition, _offset) % ${SHARDS} <> ${index}`;
    return (await shard.one<{ n: number }>(sql)).n;
  });

/** Blocks that a Distributed table of this server holds back. */
const queued = (server: ClickHouse): Promise<unknown[]> =>
  server.query("SELECT * FROM system.distribution_queue WHERE data_files > 0");

async function ledgerOf(id: string): Promise<Ledger> {
  const text = (await s3.store.getText("backups", `e1/ledgers/${id}.json`)) ?? "";
  return (JSON.parse(text) as SignedLedger).ledger as Ledger;
}

/** Fresh servers with the structure, and a connection to them. */
async function fresh(
  shards: number,
): Promise<{ servers: TestServers; of: Connection; clickhouse: ClickHouse }> {
  const { identity: kafka } = platform;
  const servers = await startServers(shards, { disks: disks(), ...(kafka && { kafka }) });
  const clickhouse = new ClickHouse(servers.connection);
  onCleanup(() => clickhouse.close());
  await createStructure(clickhouse, { replicated: false });
  return { servers, of: { ...connection, clickhouse: servers.connection }, clickhouse };
}

/** Deletes on every server, as a loss of rows does. */
const lose = (clickhouse: ClickHouse, where: string): Promise<unknown> =>
  onEveryShard(clickhouse, (shard) =>
    shard.run(`ALTER TABLE ${shard.stored("events")} DELETE WHERE ${where}`, {
      settings: { mutations_sync: 2 },
    }),
  );

describe("events over two shards", () => {
  it("lie each in the shard of its identity, none in a queue, whoever is asked", async () => {
    const { clickhouse, send, tally } = platform;
    for (let round = 0; round < 10; round++) await send(tally.events, 400);
    await untilStored(clickhouse, tally.events);
    expect(await misplaced(clickhouse)).toEqual([0, 0]);
    for (const rows of await rowsOn(clickhouse)) expect(rows).toBeGreaterThan(1000);
    for (const shard of clickhouse.shards) {
      expect(await queued(shard)).toEqual([]);
      const sql = "SELECT count() AS n FROM posthog.events";
      expect(await shard.one(sql)).toEqual({ n: tally.events });
    }
    expect((await stored(clickhouse)).hours).toEqual(tally.hours);
  });

  it("collapse when they come twice, and come again when the first server dies", async () => {
    const { clickhouse, server, send, tally, options } = platform;
    await send(tally.events, 2000);
    await server.crashAndRestart();
    await send(tally.events, 2000);
    await attachIngest(options);
    await untilStored(clickhouse, tally.events);
    expect(await prove()).toMatchObject({ ok: true, missing: 0, duplicated: 0 });
    // Once more every row of a partition, by the way that a consumed block takes.
    await detachIngest(clickhouse, options.kafka);
    await clickhouse.run(
      "INSERT INTO posthog.events SELECT * FROM posthog.events WHERE _partition = 1",
    );
    expect(await prove()).toMatchObject({ ok: false, duplicated: tally.events / 4 });
    await attachIngest(options);
    const found = await prove();
    expect(found).toMatchObject({ ok: true, missing: 0, duplicated: 0, present: tally.events });
    expect(await misplaced(clickhouse)).toEqual([0, 0]);
  });

  it("set the cursor behind the highest of all shards, once what lies below it is filled", async () => {
    const { clickhouse, options, send, tally } = platform;
    await send(tally.events, 2000);
    await untilStored(clickhouse, tally.events);
    await detachIngest(clickhouse, options.kafka);
    const source = await topicState(options.kafka);
    const before = await highestPresent(clickhouse, source);
    // The first shard loses its newest rows, the second one has higher ones.
    const [first] = clickhouse.shards;
    const top = before.get(0) ?? 0;
    const lost = `_partition = 0 AND _offset > ${top - 400}`;
    const [gone = 0, kept = 0] = await rowsOn(clickhouse, "events", lost);
    expect(Math.min(gone, kept)).toBeGreaterThan(100);
    await first?.run(`ALTER TABLE ${first.stored("events")} DELETE WHERE ${lost}`, {
      settings: { mutations_sync: 2 },
    });
    const [, second] = clickhouse.shards;
    const highest = await second?.one<{ n: number }>(
      `SELECT max(_offset) AS n FROM ${second.stored("events")} WHERE _partition = 0`,
    );
    const { cursors, filledFromKafka } = await setCursors(options, { afterRestore: true });
    expect(cursors.find(({ partition }) => partition === 0)?.resumeAt).toBe((highest?.n ?? 0) + 1);
    // What lay above the other shard's highest is consumed again, the rest was filled.
    expect(filledFromKafka).toBe(gone - (top - (highest?.n ?? 0)));
    await attachIngest(options);
    await untilStored(clickhouse, tally.events);
    expect(await prove()).toMatchObject({ ok: true, missing: 0, duplicated: 0 });
  });
});

describe("a backup of two shards", () => {
  it("has one ledger for the cut, full and incremental, while events arrive", async () => {
    const { send, tally, clickhouse } = platform;
    for (let round = 0; round < 3; round++) {
      const enough = new AbortController();
      const arriving = (async () => {
        while (!enough.signal.aborted) {
          await send(tally.events, 200);
          await sleep(200);
        }
      })();
      backups.push(await backup(connection, undefined, silentReporter));
      enough.abort();
      await arriving;
      await sleep(1100);
    }
    expect(backups.map(({ kind }) => kind)).toEqual(["full", "incremental", "incremental"]);
    const ledger = await ledgerOf(backups[2]?.id ?? "");
    expect(ledger).toMatchObject({ version: 2, chain: backups.map(({ id }) => id) });
    expect(shardCount(ledger)).toBe(SHARDS);
    for (const [index, place] of ledger.clickhouse.backups.entries()) {
      const { objects } = await ledgerOf(backups[index]?.id ?? "");
      for (const folder of [place.bulk, ...(place.others ?? [])]) {
        expect(objects.some(({ key }) => key.startsWith(`${folder}/`))).toBe(true);
      }
    }
    // Together the shards' content is everything below the cut.
    const rows = ledger.clickhouse.contentHashes
      .filter(({ clusterId }) => clusterId !== "")
      .reduce((sum, hash) => sum + hash.rows, 0);
    expect(rows).toBe(ledger.cut.partitions.reduce((sum, cut) => sum + cut.contiguous, 0));
    await untilStored(clickhouse, tally.events);
    expect(await prove()).toMatchObject({ ok: true, missing: 0, duplicated: 0 });
  });

  it("leaves no ledger when it is killed between the shards", async () => {
    const before = await s3.store.listNames("backups", "e1/ledgers/");
    await killedAt(
      "backup.after-shard",
      `import { backup } from ${JSON.stringify(join(import.meta.dirname, "backup.ts"))};
       await backup(${JSON.stringify(connection)}, undefined, ${SILENT_CONTEXT});`,
    );
    expect(await s3.store.listNames("backups", "e1/ledgers/")).toEqual(before);
    backups.push(await backup(connection, undefined, silentReporter));
    expect(backups.at(-1)?.chain).toEqual(backups.map(({ id }) => id));
  });

  it("is refused while a shard does not answer, and leaves no ledger", async () => {
    const [, second] = platform.servers;
    const { clickhouse, kafka, send, tally } = platform;
    const before = await s3.store.listNames("backups", "e1/ledgers/");
    const committed = await readGroupOffsets(kafka);
    await second?.stop();
    // Nothing is committed that did not reach its shard, and nothing waits in a queue for it.
    await send(tally.events, 400);
    await sleep(4000);
    expect(await readGroupOffsets(kafka)).toEqual(committed);
    expect(await queued(platform.clickhouse)).toEqual([]);
    await expect(backup(connection, undefined, silentReporter)).rejects.toThrow(
      /no ClickHouse answers at/,
    );
    await expect(prove()).rejects.toThrow(/refused/i);
    await second?.restart();
    expect(await s3.store.listNames("backups", "e1/ledgers/")).toEqual(before);
    await untilStored(clickhouse, tally.events);
    // The cut sums again what a block counted that was tried several times.
    backups.push(await backup(connection, undefined, silentReporter));
    expect(await prove()).toMatchObject({ ok: true, missing: 0, duplicated: 0 });
  });
});

describe("a restore of two shards", () => {
  it("comes back killed half-way, fills, consumes on: nothing is lost, nothing is there twice", async () => {
    const { send, tally, options } = platform;
    await send(tally.events, 1000);
    await untilStored(platform.clickhouse, tally.events);
    backups.push(await backup(connection, undefined, silentReporter));
    await detachIngest(platform.clickhouse, options.kafka);
    await send(tally.events, 1000);
    const { of, clickhouse } = await fresh(SHARDS);
    const { ledger } = await pick();
    expect(ledger).toBe(backups.at(-1)?.id);
    await killedAt(
      "restore.after-shard",
      `import { restore } from ${JSON.stringify(join(import.meta.dirname, "../restore/restore.ts"))};
       await restore(${JSON.stringify(of)}, "r1", ${JSON.stringify(ledger)}, ${SILENT_CONTEXT});`,
    );
    const result = await restore(of, "r1", ledger, silentReporter);
    expect(await verifyRestore(of, ledger, silentReporter)).toMatchObject({
      equal: true,
      differences: [],
    });
    expect(await misplaced(clickhouse)).toEqual([0, 0]);
    expect(await rowsOn(clickhouse)).not.toContain(0);
    // A part of what lies below the cursor is gone: it is filled, each event in its shard.
    const { cut } = await ledgerOf(ledger ?? "");
    const end = cut.partitions.find(({ partition }) => partition === 2)?.contiguous ?? 0;
    await lose(clickhouse, `_partition = 2 AND _offset BETWEEN ${end - 60} AND ${end - 21}`);
    expect((await verifyRestore(of, ledger, silentReporter)).differences).toEqual([
      expect.stringMatching(/^events, partition 2 of .*: \d+ rows expected, \d+ there$/),
      expect.stringMatching(/^events, partition 2 of .*, shard 2: \d+ rows expected, \d+ there$/),
    ]);
    const restored = { ...options, clickhouse };
    const { filledFromKafka } = await setCursors(restored, { afterRestore: true });
    expect(filledFromKafka).toBe(40);
    expect(await verifyRestore(of, ledger, silentReporter)).toMatchObject({ equal: true });
    await attachIngest(restored);
    await untilStored(clickhouse, tally.events);
    expect(result.rows).toBeLessThan(tally.events);
    expect(await prove(of)).toMatchObject({ ok: true, missing: 0, duplicated: 0 });
    expect((await stored(clickhouse)).hours).toEqual(tally.hours);
    expect(await misplaced(clickhouse)).toEqual([0, 0]);
    await detachIngest(clickhouse, options.kafka);
  });

  it("from the archive alone brings every event, in its shard, as it was consumed", async () => {
    const { kafka, tally } = platform;
    await archiveTopic(platform, s3, [0, 1, 2, 3], { overlap: 50 });
    const { of, clickhouse } = await fresh(SHARDS);
    const { clusterId, topicId } = await topicState(kafka);
    const again = () =>
      replay(
        clickhouse,
        { vault: s3.vault, line: "main" },
        [{ clusterId, topicId, cuts: new Map() }],
        silentReporter,
      );
    expect(await again()).toMatchObject({ rowsInserted: tally.events, collapsed: 0 });
    expect(await again()).toMatchObject({ rowsInserted: 0, collapsed: 0 });
    expect(await misplaced(clickhouse)).toEqual([0, 0]);
    expect((await stored(clickhouse)).hours).toEqual(tally.hours);
    const deep = await prove(of, { sources: "all", deep: true });
    expect(deep).toMatchObject({ ok: true, missing: 0, duplicated: 0, content: { different: 0 } });
    expect(deep.content?.compared).toBeGreaterThanOrEqual(tally.events);
  });

  it("is refused into one server, and changes nothing there", async () => {
    const { of, clickhouse } = await fresh(1);
    const id = backups.at(-1)?.id ?? null;
    await expect(restore(of, "r2", id, silentReporter)).rejects.toThrow(
      /is of 2 ClickHouse shards, and here are 1: .* Set clickhouse.shards to 2/,
    );
    expect(await stored(clickhouse)).toMatchObject({ rows: 0 });
    // Nor does a server that holds everything become one of two, or the other way round.
    const { cluster = "", others = [] } = platform.clickhouse.connection.sharded ?? {};
    const one = new ClickHouse({ ...clickhouse.connection, sharded: { cluster, others } });
    onCleanup(() => one.close());
    await expect(createStructure(one, { replicated: false })).rejects.toThrow(/main/);
    const { sharded: _, ...alone } = platform.clickhouse.connection;
    await expect(backup({ ...connection, clickhouse: alone }, "full", silentReporter))
      .rejects //
      .toThrow(/holds \w+ as shard 1 of 2, and the connection names it one server/);
  });

  it("is refused where the servers are named in another order", async () => {
    const {
      of,
      servers: { connection: servers },
    } = await fresh(SHARDS);
    const id = backups.at(-1)?.id ?? null;
    const [other = ""] = servers.sharded?.others ?? [];
    const swapped = {
      ...servers,
      url: other,
      sharded: { cluster: "main", others: [servers.url] },
    };
    await expect(restore({ ...of, clickhouse: swapped }, "r3", id, silentReporter)).rejects.toThrow(
      /as shard 2 of 2, and the connection names it shard 1 of 2/,
    );
    const clickhouse = new ClickHouse(swapped);
    onCleanup(() => clickhouse.close());
    await expect(createStructure(clickhouse, { replicated: false })).rejects.toThrow(
      /lists the shards of its cluster "main" as/,
    );
  });

  it("of which one shard's object is missing is not picked", async () => {
    const { objects, clickhouse } = await ledgerOf(backups.at(-1)?.id ?? "");
    const folder = clickhouse.backups.at(-1)?.others?.[0] ?? "none";
    const Key = objects.find(({ key }) => key.startsWith(`${folder}/`))?.key ?? "";
    await s3.store.client.send(new DeleteObjectCommand({ Bucket: "backups", Key }));
    const picked = await pick();
    expect(picked.ledger).toBe(backups.at(-2)?.id);
    expect(picked.rejected).toEqual([
      { id: backups.at(-1)?.id, reason: expect.stringContaining(Key) as string },
    ]);
  });
});
