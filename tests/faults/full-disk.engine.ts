import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it, type TestContext } from "vitest";
import { runArchiver } from "../../scripts/archive/archiver.ts";
import { archiveProgress } from "../../scripts/archive/source.ts";
import { backup } from "../../scripts/backup/backup.ts";
import { attachIngest, pauseIngest, resumeIngest } from "../../scripts/clickhouse/attach.ts";
import {
  startPlatform,
  stored,
  type TestPlatform,
  untilStored,
} from "../../scripts/clickhouse/fixture.ts";
import { UserError, type Context } from "../../scripts/command.ts";
import prove from "../../scripts/commands/prove.ts";
import verifyBackup from "../../scripts/commands/verify-backup.ts";
import type { Connection } from "../../scripts/connection.ts";
import { protectedConnection } from "../harness/connection.ts";
import { cleanUpAfterFile } from "../harness/process.ts";
import { silentReporter } from "../harness/reporter.ts";
import { startS3, type TestS3 } from "../harness/s3.ts";
import { smallDisk, type SmallDisk } from "../harness/small-disk.ts";

cleanUpAfterFile();

/** ClickHouse's disk and the vault's, each of its own; the control bucket lies elsewhere. */
let disks: { readonly clickhouse: SmallDisk; readonly vault: SmallDisk } | undefined;
let whyNot = "";
let platform: TestPlatform;
let connection: Connection;
let east: TestS3;

beforeAll(async () => {
  const [clickhouse, vault] = [await smallDisk(192), await smallDisk(48)];
  if (typeof clickhouse === "string") return void (whyNot = clickhouse);
  if (typeof vault === "string") return void (whyNot = vault);
  disks = { clickhouse, vault };
  east = await startS3({ home: vault.home });
  const west = await startS3();
  platform = await startPlatform(
    {},
    { home: clickhouse.home, disks: [{ name: "vault", bucket: "backups", ...east.root }] },
  );
  connection = await protectedConnection(platform, east, west);
  await attachIngest(platform.options);
  await platform.send(0, 2000);
  await untilStored(platform.clickhouse, platform.tally.events);
});

function needDisks(context: TestContext): NonNullable<typeof disks> {
  return disks ?? context.skip(whyNot);
}

/** Stops for a cut, as every backup does, and goes on. */
async function cut(): Promise<void> {
  await resumeIngest(platform.options, await pauseIngest(platform.options));
}

async function expectExact(): Promise<void> {
  const { clickhouse, tally } = platform;
  const found = await stored(clickhouse);
  expect(found).toMatchObject({ rows: tally.events, identities: tally.events });
  expect(found.hours).toEqual(tally.hours);
}

const proof = (sources: "all" | "archive" | "kafka"): Promise<unknown> =>
  prove.run(connection, prove.params.parse({ sources, deep: true }), silentReporter);

describe("a full disk", () => {
  it("of ClickHouse: events wait in Kafka, and every one arrives once there is space", async (context) => {
    const { clickhouse: disk } = needDisks(context);
    const { clickhouse, send, tally } = platform;
    const before = tally.events;
    await disk.fill();
    await send(2000, 40_000);
    await sleep(8000);
    expect((await stored(clickhouse)).identities).toBeLessThan(before + 40_000);
    await disk.fill();
    const attempt = clickhouse.run(
      "CREATE TABLE posthog.attempt (n UInt64) ENGINE = MergeTree ORDER BY n AS SELECT number AS n FROM numbers(1000000)",
    );
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow(/no space left.*Free some.*run this again/s);
    await disk.free();
    await clickhouse.run("DROP TABLE IF EXISTS posthog.attempt SYNC");
    await untilStored(clickhouse, tally.events);
    // A block that was half written comes again; the next cut leaves each event and each sum once.
    await cut();
    await expectExact();
    expect(await proof("kafka")).toMatchObject({ ok: true, missing: 0, duplicated: 0 });
  });

  it("of the vault: a backup says so, harms no other, and the next one is taken", async (context) => {
    const { vault: disk } = needDisks(context);
    const { clickhouse, send, tally } = platform;
    const first = await backup(connection, undefined, silentReporter);
    await send(42_000, 2000);
    await untilStored(clickhouse, tally.events);
    await disk.fill();
    const attempt = backup(connection, undefined, silentReporter);
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow(/no space left.*free some.*run this again/is);
    const put = east.store.put("backups", "e1/attempt", Buffer.alloc(1 << 20));
    await expect(put).rejects.toThrow(/server has no space left.*Free some space/s);
    // Events went on meanwhile, and what was saved before is whole.
    await send(44_000, 500);
    await untilStored(clickhouse, tally.events);
    await disk.free();
    const verified = await verifyBackup.run(connection, { deep: true }, silentReporter);
    expect(verified).toMatchObject({ ok: true, id: first.id });
    const next = await backup(connection, undefined, silentReporter);
    expect(next.chain).toEqual([first.id, next.id]);
    await expectExact();
  });

  it("of the vault: the archiver waits, says so, and archives every event once there is space", async (context) => {
    const { vault: disk } = needDisks(context);
    const abort = new AbortController();
    const said: string[] = [];
    const told: Context = {
      ...silentReporter,
      signal: abort.signal,
      warn: (line) => said.push(line),
    };
    await disk.fill();
    const running = runArchiver(
      connection,
      {
        flushSeconds: 0.5,
        maxObjectBytes: 1 << 20,
        maxObjectRecords: 5000,
        maxBufferedBytes: 4 << 20,
        statusSeconds: 0.5,
        sessionTimeoutSeconds: 6,
      },
      told,
    );
    running.catch(() => undefined);
    await expect
      .poll(() => said.join("\n"), { timeout: 60_000 })
      .toMatch(/the archive cannot be written, trying again/);
    const { kafka } = platform;
    expect((await archiveProgress(kafka)).every(({ next }) => next === null)).toBe(true);
    await disk.free();
    await expect
      .poll(async () => (await archiveProgress(kafka)).every(({ lag }) => lag === 0), {
        timeout: 90_000,
        interval: 500,
      })
      .toBe(true);
    abort.abort();
    await running;
    expect(await proof("archive")).toMatchObject({ ok: true, missing: 0, duplicated: 0 });
  });
});
