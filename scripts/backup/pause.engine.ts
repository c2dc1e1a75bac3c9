import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startClickHouse } from "../../tests/harness/clickhouse.ts";
import { killedAt, SILENT_CONTEXT } from "../../tests/harness/killed.ts";
import { onCleanup, runCleanups, tempHome } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { attachIngest, detachIngest } from "../clickhouse/attach.ts";
import { ClickHouse } from "../clickhouse/client.ts";
import { startPlatform, stored, type TestPlatform, untilStored } from "../clickhouse/fixture.ts";
import { ingestState } from "../clickhouse/ingest.ts";
import { structureStatements } from "../clickhouse/schema.ts";
import { segmentsOf } from "../clickhouse/segments.ts";
import pickLedger from "../commands/pick-ledger.ts";
import quarantine from "../commands/quarantine.ts";
import type { Connection } from "../connection.ts";
import { keys } from "../fence/records.ts";
import { revokeGroup } from "../kafka/acls.ts";
import { readGroupOffsets } from "../kafka/offsets.ts";
import { topicState } from "../kafka/topics.ts";
import { restore } from "../restore/restore.ts";
import { verifyRestore } from "../restore/verify.ts";
import { backup } from "./backup.ts";
import { primaryOf } from "./fixture.ts";
import type { RowLock } from "./lock.ts";
import { takeRowLock } from "./lock.ts";
import { untilConfirmed } from "./pause.ts";
import { runSchedule } from "./schedule.ts";

let s3: TestS3;
let platform: TestPlatform;
let connection: Connection;

const disk = () => ({ name: "vault", bucket: s3.vault.backups, ...s3.root });

beforeAll(async () => {
  s3 = await startS3();
  onCleanup(() => s3.stop());
  platform = await startPlatform({}, { disks: [disk()] });
  connection = await primaryOf(platform, s3);
  await attachIngest(platform.options);
  await platform.send(0, 2000);
  await untilStored(platform.clickhouse, 2000);
});
afterAll(runCleanups);
afterEach(() => {
  delete process.env["RECOVER_FAILPOINTS"];
});

const state = async () =>
  ingestState(platform.clickhouse, platform.kafka, await topicState(platform.kafka));

/** Everything that was acknowledged is there once, and so are its sums. */
async function expectExact(): Promise<void> {
  const { clickhouse, tally } = platform;
  await untilStored(clickhouse, tally.events);
  const found = await stored(clickhouse);
  expect(found).toMatchObject({ rows: tally.events, identities: tally.events });
  expect(found.hours).toEqual(tally.hours);
}

/** This process waits at a failpoint until it is let go. */
async function holdAt(
  point: string,
): Promise<{ readonly reached: () => Promise<void>; readonly letGo: () => Promise<void> }> {
  const folder = await tempHome("recover-held");
  const file = join(folder, point);
  await writeFile(file, "hold");
  process.env["RECOVER_FAILPOINTS"] = folder;
  return {
    reached: async () => {
      while (!existsSync(`${file}.reached`)) await sleep(20);
    },
    letGo: () => rm(file),
  };
}

const release = (team: number) =>
  quarantine.run(connection, { action: "release", team, teams: [] }, silentReporter);

describe("a backup", () => {
  it("leaves ingest stopped that somebody else has stopped", async () => {
    const { clickhouse, kafka, options } = platform;
    await detachIngest(clickhouse, kafka);
    await expect(backup(connection, undefined, silentReporter)).rejects.toThrow(/attach/);
    expect(await state()).toBe("stopped");
    await attachIngest(options);
    await backup(connection, undefined, silentReporter);
    expect(await state()).toBe("running");
    await expectExact();
  });

  it("that was killed in its pause is followed by ingest when the schedule starts", async () => {
    await killedAt(
      "backup.paused",
      `import { backup } from ${JSON.stringify(join(import.meta.dirname, "backup.ts"))};
       await backup(${JSON.stringify(connection)}, undefined, ${SILENT_CONTEXT});`,
    );
    expect(await state()).toBe("stopped");
    // As the lease keeper does when no event of its own arrives.
    await revokeGroup(platform.kafka, platform.kafka.consumer?.name ?? "");
    await platform.send(10_000, 400);
    const stop = new AbortController();
    const schedule = runSchedule(
      connection,
      { initial: false },
      { ...silentReporter, signal: stop.signal },
    );
    await expectExact();
    stop.abort();
    await schedule;
    // It is forgotten by now: what is stopped stays so.
    await detachIngest(platform.clickhouse, platform.kafka);
    await expect(backup(connection, undefined, silentReporter)).rejects.toThrow(/attach/);
    expect(await state()).toBe("stopped");
    await attachIngest(platform.options);
  });

  it("moves no cursor once its lock is another's", async () => {
    const { clickhouse, kafka, options, send } = platform;
    const held = await holdAt("backup.paused");
    const first = backup(connection, undefined, silentReporter);
    first.catch(() => undefined);
    await held.reached();
    // It stands still for so long that another one takes over, which ends the pause, consumes, and then
    // has a pause of its own.
    const key = keys.announcement("main", "backup-lock");
    const record = JSON.parse((await s3.store.getText(s3.control.bucket, key)) ?? "") as object;
    const other = { ...record, owner: "other", host: "other", phase: "paused" };
    await s3.store.put(s3.control.bucket, key, JSON.stringify(other));
    await attachIngest(options);
    await send(20_000, 800);
    await untilStored(clickhouse, platform.tally.events);
    await detachIngest(clickhouse, kafka);
    const cursors = await readGroupOffsets(kafka);
    const source = await topicState(kafka);
    const segments = await segmentsOf(clickhouse, source);
    await held.letGo();
    await expect(first).rejects.toThrow(/took the lock/);
    expect(await state()).toBe("stopped");
    expect(await readGroupOffsets(kafka)).toEqual(cursors);
    expect(await segmentsOf(clickhouse, source)).toEqual(segments);
    await s3.store.put(
      s3.control.bucket,
      key,
      JSON.stringify({ ...record, pid: 1, startTicks: 1, phase: "released" }),
    );
    await attachIngest(options);
    await expectExact();
  });

  it("waits with ingest until the control bucket answers, and is told when it is fenced", async () => {
    let asked = 0;
    const silent = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const lock = (times: number): RowLock => ({
      predecessorPaused: false,
      confirm: () => (asked++ < times ? Promise.reject(silent) : Promise.resolve()),
      setPhase: () => Promise.resolve(),
      assertHeld: () => undefined,
      release: () => Promise.resolve(),
    });
    expect(await untilConfirmed(connection, lock(0), silentReporter)).toBe(false);
    asked = 0;
    expect(await untilConfirmed(connection, lock(2), silentReporter)).toBe(true);
    expect(asked).toBe(3);
    const fenced = { ...connection, owner: "another stack" };
    await expect(untilConfirmed(fenced, lock(0), silentReporter)).rejects.toThrow(/fenced/);
    // A process that was told to end still starts ingest again.
    const ending = { ...silentReporter, signal: AbortSignal.abort() };
    expect(await untilConfirmed(connection, lock(0), ending)).toBe(false);
  });
});

describe("a move of events", () => {
  const lost = { action: "close" as const, teams: [1, 2, 3], floor: 5 };

  it("waits until the backup that saves them has finished, which can then be restored", async () => {
    const { clickhouse, send } = platform;
    await quarantine.run(connection, lost, silentReporter);
    await send(30_000, 500);
    await untilStored(clickhouse, platform.tally.events - 100);
    const held = await holdAt("backup.during-bulk");
    const saving = backup(connection, undefined, silentReporter);
    await held.reached();
    const releasing = release(4);
    await sleep(4000);
    expect((await stored(clickhouse)).quarantined).toBe(100);
    expect(await state()).toBe("running");
    await held.letGo();
    const made = await saving;
    expect(await releasing).toMatchObject({ moved: 100, teams: [] });
    await expectExact();

    const server = await startClickHouse({ disks: [disk()] });
    const restored = new ClickHouse(server.connection);
    onCleanup(() => restored.close());
    for (const statement of structureStatements()) await restored.run(statement);
    const standby = { ...connection, clickhouse: server.connection };
    const picked = await pickLedger.run(standby, { deep: true }, silentReporter);
    expect(picked.ledger).toBe(made.id);
    await restore(standby, "r1", picked.ledger, silentReporter);
    const verified = await verifyRestore(standby, picked.ledger, silentReporter);
    expect(verified).toMatchObject({ equal: true });
    const found = await stored(restored);
    expect([...found.hours.values()].reduce((sum, n) => sum + n, 0)).toBe(found.rows);
  });

  it("that was killed leaves ingest stopped, to be run again: no backup starts it", async () => {
    const { clickhouse, send } = platform;
    await quarantine.run(connection, lost, silentReporter);
    await send(40_000, 500);
    await untilStored(clickhouse, platform.tally.events - 100);
    await killedAt(
      "move.stopped",
      `import quarantine from ${JSON.stringify(join(import.meta.dirname, "../commands/quarantine.ts"))};
       await quarantine.run(${JSON.stringify(connection)}, { action: "release", team: 4, teams: [] }, ${SILENT_CONTEXT});`,
    );
    await expect(backup(connection, undefined, silentReporter)).rejects.toThrow(/attach/);
    expect(await state()).toBe("stopped");
    expect(await release(4)).toMatchObject({ moved: 100 });
    expect(await state()).toBe("stopped");
    await attachIngest(platform.options);
    await expectExact();
  });

  it("says so when it is waited for", async () => {
    const lines: string[] = [];
    const { control } = connection;
    if (control === undefined) throw new Error("no control bucket");
    const lock = await takeRowLock(control, "main", "test", silentReporter, "move");
    const waiting = takeRowLock(control, "main", "test", {
      progress: (line) => lines.push(line),
      warn: (line) => lines.push(line),
    });
    await sleep(1500);
    await lock.release();
    await (await waiting).release();
    expect(lines).toEqual([expect.stringMatching(/^a move of events runs since /)]);
  });
});
