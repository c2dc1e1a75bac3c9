import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClickHouseDisk } from "../../engines/clickhouse.ts";
import { startClickHouse } from "../../tests/harness/clickhouse.ts";
import { killedAt, SILENT_CONTEXT } from "../../tests/harness/killed.ts";
import { onCleanup, runCleanups } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { attachIngest } from "../clickhouse/attach.ts";
import { ClickHouse } from "../clickhouse/client.ts";
import { startPlatform, stored, type TestPlatform, untilStored } from "../clickhouse/fixture.ts";
import { structureStatements } from "../clickhouse/schema.ts";
import pickLedger from "../commands/pick-ledger.ts";
import verifyBackup from "../commands/verify-backup.ts";
import type { Context } from "../command.ts";
import { type Connection, connectionSchema } from "../connection.ts";
import { claim } from "../fence/claim.ts";
import { withControl } from "../fence/control.ts";
import { keyPair } from "../ledger/fixture.ts";
import type { PickedLedger } from "../ledger/picked.ts";
import { runReplicator } from "../replicate/replicator.ts";
import { restore } from "../restore/restore.ts";
import { verifyRestore } from "../restore/verify.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { backup, type BackupResult } from "./backup.ts";

const pair = keyPair();
let east: TestS3;
let west: TestS3;
let platform: TestPlatform;
let primary: Connection;
let standby: Connection;
const backups: BackupResult[] = [];

const diskOf = (s3: TestS3): ClickHouseDisk => ({
  name: "vault",
  bucket: s3.vault.backups,
  ...s3.root,
});

beforeAll(async () => {
  east = await startS3({ region: "east" });
  onCleanup(() => east.stop());
  west = await startS3({ region: "west" });
  onCleanup(() => west.stop());
  platform = await startPlatform({}, { disks: [diskOf(east)] });
  const base = {
    platform: "local",
    stack: "test",
    role: "primary",
    region: "east",
    owner: "test",
    epoch: 1,
    control: west.control,
  } as const;
  primary = connectionSchema.parse({
    ...base,
    kafka: platform.kafka,
    clickhouse: platform.server.connection,
    vault: east.vault,
    signing: { keyId: "k1", privateKey: pair.privateKey },
  });
  standby = connectionSchema.parse({
    ...base,
    role: "standby",
    region: "west",
    vault: west.vault,
    trust: { k1: pair.publicKey },
  });
  await withControl(west.control, (store) => claim(store, primary));
  await attachIngest(platform.options);
});
afterAll(runCleanups);

/** Runs the replicator until everything has arrived. */
async function replicate(): Promise<void> {
  const stop = new AbortController();
  const context: Context = { ...silentReporter, signal: stop.signal };
  const options = {
    line: "main",
    minLagSeconds: 0,
    maxLagSeconds: 2,
    seed: 1,
    pollSeconds: 0.2,
    concurrency: 4,
    statusSeconds: 1,
  };
  const running = runReplicator(east.vault, west.vault, west.control, options, context);
  const keysOf = async (store: ObjectStore): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.list("backups", "")) {
      if (!key.endsWith(".lock")) keys.push(key);
    }
    return keys;
  };
  for (;;) {
    const there = new Set(await keysOf(west.store));
    if ((await keysOf(east.store)).every((key) => there.has(key))) break;
    await sleep(200);
  }
  stop.abort();
  await running;
}

const pick = (connection: Connection = standby): Promise<PickedLedger> =>
  pickLedger.run(connection, { deep: true }, silentReporter);

/** An empty second server with the structure, on west's copy. */
async function secondServer(): Promise<{ connection: Connection; clickhouse: ClickHouse }> {
  const server = await startClickHouse({ disks: [diskOf(west)] });
  const clickhouse = new ClickHouse(server.connection);
  onCleanup(() => clickhouse.close());
  for (const statement of structureStatements()) await clickhouse.run(statement);
  return { connection: { ...standby, clickhouse: server.connection }, clickhouse };
}

/** Runs `backup` in a process of its own that a failpoint kills. */
const killedBackup = (point: string): Promise<void> =>
  killedAt(
    point,
    `import { backup } from ${JSON.stringify(join(import.meta.dirname, "backup.ts"))};
     await backup(${JSON.stringify(primary)}, undefined, ${SILENT_CONTEXT});`,
  );

async function ledgerIds(store: ObjectStore): Promise<string[]> {
  return store.listNames("backups", "e1/ledgers/");
}

describe("backup", () => {
  it("says that there is none, on both sides", async () => {
    expect(await pick()).toMatchObject({ ledger: null, chain: [], rejected: [], epochs: [] });
    const verified = await verifyBackup.run(primary, { deep: false }, silentReporter);
    expect(verified).toMatchObject({ ok: false, id: null });
  });

  it("takes a full and two incremental ones while events arrive", async () => {
    const { send, clickhouse, tally } = platform;
    await send(0, 6000);
    await untilStored(clickhouse, tally.events);
    for (const kind of [undefined, undefined, undefined]) {
      const enough = new AbortController();
      const arriving = (async () => {
        while (!enough.signal.aborted) {
          await send(tally.events, 200);
          await sleep(200);
        }
      })();
      const made = await backup(primary, kind, silentReporter);
      enough.abort();
      await arriving;
      backups.push(made);
      expect(made.pausedSeconds).toBeLessThan(15);
      await sleep(1100);
    }
    expect(backups.map(({ kind }) => kind)).toEqual(["full", "incremental", "incremental"]);
    expect(backups[2]?.chain).toEqual(backups.map(({ id }) => id));
    await untilStored(clickhouse, tally.events);
    const found = await stored(clickhouse);
    expect(found).toMatchObject({ rows: tally.events, identities: tally.events });
    expect(found.hours).toEqual(tally.hours);
    for (const deep of [false, true]) {
      const verified = await verifyBackup.run(primary, { deep }, silentReporter);
      expect(verified).toMatchObject({ ok: true, id: backups[2]?.id, faults: [], problems: [] });
    }
  });

  it("killed anywhere leaves no ledger, and the next one is taken all the same", async () => {
    const before = await ledgerIds(east.store);
    for (const point of ["backup.paused", "backup.during-bulk", "backup.before-ledger"]) {
      await killedBackup(point);
      expect(await ledgerIds(east.store)).toEqual(before);
    }
    const made = await backup(primary, undefined, silentReporter);
    backups.push(made);
    expect(made.chain).toEqual(backups.map(({ id }) => id));
    await platform.send(900_000, 500);
    await untilStored(platform.clickhouse, platform.tally.events);
  }, 400_000);

  it("waits for another one instead of running beside it", async () => {
    const first = backup(primary, "incremental", silentReporter);
    await sleep(500);
    const second = backup(primary, "full", silentReporter);
    backups.push(await first, await second);
    const verified = await verifyBackup.run(primary, { deep: false }, silentReporter);
    expect(verified.ok).toBe(true);
  });
});

describe("restore", () => {
  let picked: PickedLedger;

  it("comes back to the newest chain that has arrived, and is equal to its ledger", async () => {
    await replicate();
    picked = await pick();
    expect(picked).toMatchObject({
      ledger: backups.at(-1)?.id,
      epoch: 1,
      epochs: [1],
      rejected: [],
    });
    const { connection, clickhouse } = await secondServer();
    const result = await restore(connection, "r1", picked.ledger, silentReporter);
    expect(result.rows).toBeGreaterThanOrEqual(
      picked.cuts.reduce((sum, { contiguous }) => sum + contiguous, 0),
    );
    expect(await verifyRestore(connection, picked.ledger, silentReporter)).toMatchObject({
      equal: true,
      differences: [],
    });
    const sums = await clickhouse.one<{ n: number }>(
      "SELECT sum(events) AS n FROM posthog.events_hourly",
    );
    expect(sums.n).toBe(result.rows);
    const definitions = await clickhouse.one<{ n: number }>(
      "SELECT count() AS n FROM posthog.event_definitions FINAL",
    );
    expect(definitions.n).toBeGreaterThan(0);

    // Again: nothing happens. Another recovery, or another backup: refused.
    expect(await restore(connection, "r1", picked.ledger, silentReporter)).toEqual(result);
    await expect(restore(connection, "r2", picked.ledger, silentReporter)).rejects.toThrow(
      /not empty/,
    );
    const other = backups[0]?.id ?? "";
    await expect(restore(connection, "r1", other, silentReporter)).rejects.toThrow(/already begun/);

    // One row altered below the cut: named.
    await clickhouse.run(
      "ALTER TABLE posthog.events UPDATE properties = 'x' WHERE _partition = 1 AND _offset = 3",
      { settings: { mutations_sync: 2 } },
    );
    const verified = await verifyRestore(connection, picked.ledger, silentReporter);
    expect(verified.equal).toBe(false);
    expect(verified.differences).toEqual([
      expect.stringMatching(/events, partition 1 .*content differs/),
    ]);
  });

  it("goes on after being killed half-way", async () => {
    const { connection } = await secondServer();
    await killedAt(
      "restore.after-cut",
      `import { restore } from ${JSON.stringify(join(import.meta.dirname, "../restore/restore.ts"))};
       await restore(${JSON.stringify(connection)}, "r3", ${JSON.stringify(picked.ledger)}, ${SILENT_CONTEXT});`,
    );
    await restore(connection, "r3", picked.ledger, silentReporter);
    expect(await verifyRestore(connection, picked.ledger, silentReporter)).toMatchObject({
      equal: true,
    });
  });

  it("without any backup begins empty, once", async () => {
    const { connection } = await secondServer();
    const result = await restore(connection, "r4", null, silentReporter);
    expect(result).toMatchObject({ ledger: null, rows: 0, chain: [] });
    expect(await restore(connection, "r4", null, silentReporter)).toEqual(result);
  });
});

describe("a damaged copy", () => {
  /** Replaces an object of west's copy for the length of `work`. */
  async function damaged(
    key: string,
    change: (bytes: Buffer) => Uint8Array,
    work: () => Promise<void>,
  ): Promise<void> {
    const bytes = Buffer.from((await west.store.get("backups", key)) ?? []);
    await west.store.put("backups", key, change(Buffer.from(bytes)));
    try {
      await work();
    } finally {
      await west.store.put("backups", key, bytes);
    }
  }

  const ledgerKey = (index: number): string => `e1/ledgers/${backups.at(index)?.id ?? ""}.json`;
  async function objectOf(index: number): Promise<string> {
    const text = (await west.store.getText("backups", ledgerKey(index))) ?? "";
    const { ledger } = JSON.parse(text) as {
      ledger: { objects: { key: string; size: number }[] };
    };
    const largest = ledger.objects.toSorted((a, b) => b.size - a.size)[0];
    return largest?.key ?? "";
  }
  const flip = (bytes: Buffer): Buffer => {
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    return bytes;
  };
  const expectPrevious = async (reason: RegExp): Promise<void> => {
    const picked = await pick();
    expect(picked.ledger).toBe(backups.at(-2)?.id);
    const [first] = picked.rejected;
    expect(first).toEqual({
      id: backups.at(-1)?.id,
      reason: expect.stringMatching(reason) as string,
    });
  };

  it.each<[string, () => Promise<string> | string, (bytes: Buffer) => Uint8Array, RegExp]>([
    ["an object, truncated", () => objectOf(-1), (bytes) => bytes.subarray(1), /bytes instead of/],
    ["an object, altered", () => objectOf(-1), flip, /checksum is another one|bytes are other/],
    ["a ledger, truncated", () => ledgerKey(-1), (bytes) => bytes.subarray(0, 100), /no JSON/],
    [
      "a ledger, altered",
      () => ledgerKey(-1),
      (bytes) => Buffer.from(bytes.toString().replace('"epoch":1', '"epoch":2')),
      /does not fit its content/,
    ],
    [
      "a ledger, signed by another key",
      () => ledgerKey(-1),
      (bytes) => Buffer.from(bytes.toString().replaceAll('"k1"', '"k2"')),
      /"k2", which is not trusted/,
    ],
  ])("falls back to the previous chain: %s", async (_what, key, change, reason) => {
    await damaged(await key(), change, () => expectPrevious(reason));
    expect((await pick()).ledger).toBe(backups.at(-1)?.id);
  });

  it("an object of a full backup takes every chain that needs it with it", async () => {
    await damaged(await objectOf(0), flip, async () => {
      await damaged(await objectOf(-1), flip, async () => {
        const picked = await pick();
        expect(picked.ledger).toBeNull();
        expect(picked.rejected).toHaveLength(backups.length);
        const verified = await verifyBackup.run(standby, { deep: true }, silentReporter);
        expect(verified).toMatchObject({ ok: false, faults: [{ fault: "content" }] });
      });
    });
  });

  it("falls back to the previous chain: an object, and then a ledger, that is missing", async () => {
    const remove = (Key: string): Promise<unknown> =>
      west.store.client.send(new DeleteObjectCommand({ Bucket: "backups", Key }));
    await remove(await objectOf(-1));
    await expectPrevious(/not there \(yet\)/);
    // A ledger that has not arrived is not there to be rejected.
    await remove(ledgerKey(-1));
    expect(await pick()).toMatchObject({ ledger: backups.at(-2)?.id, rejected: [] });
  });
});
