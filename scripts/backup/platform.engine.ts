import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClickHouse } from "../../tests/harness/clickhouse.ts";
import { startPostgres } from "../../tests/harness/postgres.ts";
import { onCleanup, runCleanups } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { runArchiver } from "../archive/archiver.ts";
import { archiveProgress } from "../archive/source.ts";
import { attachIngest } from "../clickhouse/attach.ts";
import { ClickHouse } from "../clickhouse/client.ts";
import { startPlatform, type TestPlatform, untilStored } from "../clickhouse/fixture.ts";
import { structureStatements } from "../clickhouse/schema.ts";
import pickLedger from "../commands/pick-ledger.ts";
import vaultCommand from "../commands/vault.ts";
import { type Connection, connectionSchema } from "../connection.ts";
import { claim } from "../fence/claim.ts";
import { withControl } from "../fence/control.ts";
import { createFence } from "../fence/epoch.ts";
import { keyPair } from "../ledger/fixture.ts";
import { ledgerSchema } from "../ledger/schema.ts";
import { createSchema } from "../postgres/schema.ts";
import { restore } from "../restore/restore.ts";
import { verifyRestore } from "../restore/verify.ts";
import { backup } from "./backup.ts";
import { runSchedule } from "./schedule.ts";

const logins = ["archiver-e1", "backup-e1", "wal-e1", "backup-e2", "recovery"];
const secretOf = (login: string): string => `secret-of-${login}-in-a-test`;
const pair = keyPair();
let s3: TestS3;
let platform: TestPlatform;
let base: Connection;

/** The vault and the control bucket, with one of the vault's own logins. */
const as = (login: string): Pick<Connection, "vault" | "control"> => {
  const access = { accessKeyId: login, secretAccessKey: secretOf(login) };
  return { vault: { ...s3.vault, ...access }, control: { ...s3.control, ...access } };
};
const diskAs = (login: string) => ({
  name: "vault",
  bucket: s3.vault.backups,
  ...s3.root,
  accessKeyId: login,
  secretAccessKey: secretOf(login),
});

beforeAll(async () => {
  s3 = await startS3({ buckets: false });
  onCleanup(() => s3.stop());
  base = connectionSchema.parse({
    platform: "local",
    stack: "test",
    role: "primary",
    region: "east",
    owner: "test",
    epoch: 1,
    vault: s3.vault,
    control: s3.control,
  });
  await vaultCommand.run(
    base,
    vaultCommand.params.parse({
      lockDays: 1,
      users: Object.fromEntries(logins.map((login) => [login, secretOf(login)])),
    }),
    silentReporter,
  );
  const postgres = await startPostgres(s3, {
    archiver: { accessKeyId: "wal-e1", secretAccessKey: secretOf("wal-e1") },
  });
  platform = await startPlatform({ mode: "zookeeper" }, { disks: [diskAs("backup-e1")] });
  const { zookeeper } = platform.brokers.connection;
  base = {
    ...base,
    kafka: platform.kafka,
    clickhouse: platform.server.connection,
    postgres: postgres.connection,
    zookeeper,
    signing: { keyId: "k1", privateKey: pair.privateKey },
  };
  await withControl(s3.control, (store) => claim(store, base));
  await createSchema(postgres.connection.url);
  await attachIngest(platform.options);
});
afterAll(runCleanups);

async function ledgers(): Promise<string[]> {
  return (await s3.store.listNames(s3.vault.backups, "e1/")).includes("ledgers/")
    ? s3.store.listNames(s3.vault.backups, "e1/ledgers/")
    : [];
}

describe("the whole platform, with the vault's own logins", () => {
  it("archives, and backs up ClickHouse, PostgreSQL and the ensemble by its schedule", async () => {
    const stop = new AbortController();
    const context = { ...silentReporter, signal: stop.signal };
    const archiver = runArchiver(
      { ...base, ...as("archiver-e1") },
      {
        flushSeconds: 0.5,
        maxObjectBytes: 1 << 20,
        maxObjectRecords: 1000,
        maxBufferedBytes: 4 << 20,
        statusSeconds: 0.5,
        sessionTimeoutSeconds: 6,
      },
      context,
    );
    await platform.send(0, 3000);
    await untilStored(platform.clickhouse, platform.tally.events);
    for (;;) {
      const progress = await archiveProgress(platform.kafka);
      if (progress.every(({ lag }) => lag === 0)) break;
      await sleep(200);
    }
    const warnings: string[] = [];
    const schedule = runSchedule(
      { ...base, ...as("backup-e1") },
      { incrementalCron: "*/2 * * * * *", zookeeperSeconds: 2, initial: true },
      { ...context, warn: (line) => warnings.push(line) },
    );
    while ((await ledgers()).length < 2 && warnings.length === 0) await sleep(500);
    stop.abort();
    expect(await archiver).toMatchObject({ records: 3000 });
    const result = await schedule;
    expect(warnings).toEqual([]);
    expect(result).toMatchObject({ failed: 0 });
    expect(result.snapshots).toBeGreaterThan(0);

    const [full = "", incremental = ""] = await ledgers();
    expect(full).toContain("-full-");
    expect(incremental).toContain("-incr-");
    const text = (await s3.store.getText(s3.vault.backups, `e1/ledgers/${full}`)) ?? "";
    const ledger = ledgerSchema.parse((JSON.parse(text) as { ledger: unknown }).ledger);
    const keys = ledger.objects.map(({ key }) => key);
    expect(keys.some((key) => key.startsWith("e1/postgres/main/base/"))).toBe(true);
    expect(keys).toContain(ledger.zookeeper?.snapshot);
    expect(ledger.postgres?.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(ledger.kafka.archived.reduce((sum, { next }) => sum + next, 0)).toBe(3000);
    expect(ledger.kafka.logins).toContain("archiver");
    expect(ledger.lockUntil).not.toBeNull();
    expect(ledger.cut.partitions.every(({ committed }) => committed !== null)).toBe(true);
    expect(ledger.versions).toMatchObject({ clickhouse: expect.any(String) as string });
  });

  it("restores with the next epoch's login, after which the former epoch's backups are refused", async () => {
    const server = await startClickHouse({ disks: [diskAs("backup-e2")] });
    const clickhouse = new ClickHouse(server.connection);
    onCleanup(() => clickhouse.close());
    for (const statement of structureStatements()) await clickhouse.run(statement);
    const standby: Connection = {
      ...base,
      ...as("recovery"),
      clickhouse: server.connection,
      trust: { k1: pair.publicKey },
    };
    const picked = await pickLedger.run(standby, { deep: true }, silentReporter);
    expect(picked.rejected).toEqual([]);
    const result = await restore(standby, "r1", picked.ledger, silentReporter);
    expect(result.rows).toBe(3000);
    expect((await verifyRestore(standby, picked.ledger, silentReporter)).differences).toEqual([]);

    await withControl(s3.control, (store) =>
      createFence(store, "main", {
        epoch: 2,
        owner: "the other side",
        stack: "local-dr",
        role: "standby",
        region: "west",
        recoveryId: "r1",
        kind: "lease",
        reason: "region lost",
      }),
    );
    const before = await ledgers();
    const fenced = { ...base, ...as("backup-e1") };
    await expect(backup(fenced, undefined, silentReporter)).rejects.toThrow(/fenced: epoch 2/);
    await expect(runSchedule(fenced, { initial: true }, silentReporter)).rejects.toThrow(/fenced/);
    expect(await ledgers()).toEqual(before);
  });
});
