import { describe, expect, it } from "vitest";
import { connectionSchema } from "../connection.ts";
import { createFence } from "../fence/epoch.ts";
import { MemoryControl } from "../fence/fixture.ts";
import { keys } from "../fence/records.ts";
import { ledgerFixture } from "../ledger/fixture.ts";
import { ledgerSchema } from "../ledger/schema.ts";
import { manifestFixture } from "./rds-fixture.ts";
import { newestRdsManifest, putRdsManifest } from "./rds-record.ts";

const take = (store: MemoryControl, epoch: number) =>
  createFence(store, "main", {
    epoch,
    owner: `owner-${epoch}`,
    stack: "prod",
    role: "primary",
    region: "eu-central-1",
    recoveryId: `r${epoch}`,
    kind: "first",
    reason: "a test",
  });
const named = (identifier: string) => manifestFixture({ identifier });

describe("the recovery manifest in the control bucket", () => {
  it("is the newest epoch's, by number and not by name", async () => {
    const store = new MemoryControl();
    for (let epoch = 1; epoch <= 10; epoch++) await take(store, epoch);
    await putRdsManifest(store, "main", 9, named("nine"));
    expect(await putRdsManifest(store, "main", 10, named("ten"))).toBe("main/postgres/10.json");
    expect(await newestRdsManifest(store)).toEqual({ epoch: 10, manifest: named("ten") });
  });

  it("is that of the epoch before, where the one in force has written none", async () => {
    const store = new MemoryControl();
    await take(store, 1);
    await take(store, 2);
    await putRdsManifest(store, "main", 1, named("one"));
    expect((await newestRdsManifest(store))?.epoch).toBe(1);
  });

  it("is never one of an epoch that nobody has taken, nor a drill's", async () => {
    const store = new MemoryControl();
    await take(store, 1);
    await putRdsManifest(store, "main", 2, named("stray"));
    await putRdsManifest(store, "drill-1", 1, named("drill"));
    expect(await newestRdsManifest(store)).toBeUndefined();
  });

  it("is refused where something is missing, when written and when read", async () => {
    const store = new MemoryControl();
    await expect(putRdsManifest(store, "main", 1, named(""))).rejects.toThrow(/identifier/);
    expect(await store.read(keys.rdsManifest("main", 1))).toBeUndefined();
    await store.write(keys.rdsManifest("main", 1), "{}");
    await expect(newestRdsManifest(store)).rejects.toThrow(/main\/postgres\/1\.json/);
  });
});

describe("ledgers and connections", () => {
  const position = { lsn: "0/1", time: "2026-11-22T23:15:00Z" };

  it("keep the manifest of RDS, and read what they kept of barman before", () => {
    const rds = { kind: "rds" as const, ...position, manifest: manifestFixture() };
    const barman = { ...position, serverName: "main", prefix: "e1", backupId: "20261122T231500" };
    for (const postgres of [rds, barman]) {
      expect(ledgerSchema.parse(ledgerFixture({ postgres })).postgres).toEqual(postgres);
    }
    const half = { kind: "rds", ...position };
    expect(ledgerSchema.safeParse({ ...ledgerFixture(), postgres: half }).success).toBe(false);
  });

  it("know RDS by its manifest, and a server of one's own as ever", () => {
    const of = (postgres: object) =>
      connectionSchema.safeParse({
        platform: "aws",
        stack: "prod",
        role: "primary",
        region: "eu-central-1",
        owner: "o",
        epoch: 1,
        postgres,
      });
    const url = "postgresql://u:p@h/postgres";
    expect(of({ url, dataDir: "/data" }).data?.postgres).toEqual({ url, dataDir: "/data" });
    expect(of({ kind: "rds", url, manifest: manifestFixture() }).success).toBe(true);
    expect(of({ kind: "rds", url }).success).toBe(false);
  });
});
