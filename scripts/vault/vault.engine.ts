import { DeleteObjectCommand, PutObjectRetentionCommand } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, test } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { UserError } from "../command.ts";
import vault from "../commands/vault.ts";
import { connectionSchema, type Connection } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { createFence } from "../fence/epoch.ts";
import { readPolicy, writePolicy } from "./buckets.ts";
import { ObjectStore } from "./s3.ts";
import { revokeEpoch } from "./users.ts";

cleanUpAfterFile();

const secretOf = (name: string): string => `secret-of-${name}-in-a-test`;
const logins = [
  ...[1, 2].flatMap((epoch) => ["archiver", "backup", "wal", "lease"].map((r) => `${r}-e${epoch}`)),
  "drill-x-archiver-e1",
  "recovery",
  "replicator-reader",
  "replicator-writer",
];

let s3: TestS3;
let connection: Connection;
const run = (names: readonly string[]) =>
  vault.run(
    connection,
    vault.params.parse({
      lockDays: 1,
      users: Object.fromEntries(names.map((name) => [name, secretOf(name)])),
    }),
    silentReporter,
  );
const as = (name: string): ObjectStore => s3.as(name, secretOf(name));

beforeAll(async () => {
  s3 = await startS3({ buckets: false });
  connection = connectionSchema.parse({
    platform: "local",
    stack: "local",
    role: "primary",
    region: "east",
    owner: "test",
    epoch: 1,
    vault: s3.vault,
    control: s3.control,
  });
  await run(logins);
});

type Store = ObjectStore;
const write = (bucket: string, key: string) => (store: Store) => store.put(bucket, key, "x");
const read = (bucket: string, key: string) => (store: Store) => store.get(bucket, key);
const list = (bucket: string, prefix: string) => async (store: Store) => {
  for await (const item of store.list(bucket, prefix)) expect(item.key).toContain(prefix);
};
const remove = (bucket: string, key: string) => (store: Store) =>
  store.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));

describe("the policy table, attacked on the real server", () => {
  test.each([
    ["archiver-e1", "writes its archive", write("archive", "e1/c/t/events/0/1.zst")],
    ["archiver-e1", "reads its archive", read("archive", "e1/c/t/events/0/1.zst")],
    ["archiver-e1", "lists its archive", list("archive", "e1/c/")],
    ["archiver-e1", "reads the fence", read("control", "main/fence/1.json")],
    ["backup-e1", "writes ledgers", write("backups", "e1/ledgers/x.json")],
    ["backup-e1", "writes ClickHouse's backups", write("backups", "e1/clickhouse/a/cut/.lock")],
    ["backup-e1", "removes ClickHouse's lock", remove("backups", "e1/clickhouse/a/cut/.lock")],
    ["backup-e1", "lists the archive", list("archive", "e1/")],
    ["wal-e1", "writes WAL", write("backups", "e1/postgres/main/wals/1")],
    ["backup-e1", "writes base backups", write("backups", "e1/postgres/main/base/1/data.tar.gz")],
    ["lease-e1", "renews its lease", write("control", "main/lease/1.json")],
    ["lease-e1", "lists fences", list("control", "main/fence/")],
    ["recovery", "reads backups", read("backups", "e1/ledgers/x.json")],
    ["recovery", "lists everything", list("archive", "")],
    ["recovery", "writes its line", write("control", "main/steps/r/fence.json")],
    ["replicator-reader", "reads everything", read("backups", "e1/ledgers/x.json")],
    ["replicator-writer", "writes everything", write("backups", "e1/postgres/main/wals/2")],
    ["drill-x-archiver-e1", "writes its line", write("archive", "drill-x/e1/c/1.zst")],
  ] as const)("%s %s", async (name, _what, attempt) => {
    await expect(Promise.resolve(attempt(as(name)))).resolves.not.toThrow();
  });

  test.each([
    ["archiver-e1", "a ledger", write("backups", "e1/ledgers/forged.json")],
    ["archiver-e1", "another epoch's archive", write("archive", "e2/c/1.zst")],
    ["archiver-e1", "an epoch that begins alike", write("archive", "e11/c/1.zst")],
    ["archiver-e1", "a read of another epoch", read("archive", "e2/c/1.zst")],
    ["archiver-e1", "a list of everything", list("archive", "")],
    ["archiver-e1", "a list of another epoch", list("archive", "e2/")],
    ["archiver-e1", "a deletion", remove("archive", "e1/c/t/events/0/1.zst")],
    ["archiver-e1", "a fence", write("control", "main/fence/9.json")],
    ["backup-e1", "the archive", write("archive", "e1/c/1.zst")],
    ["backup-e1", "WAL", write("backups", "e1/postgres/main/wals/3")],
    ["backup-e1", "a ledger's deletion", remove("backups", "e1/ledgers/x.json")],
    ["backup-e1", "another epoch's ledger", write("backups", "e2/ledgers/x.json")],
    ["wal-e1", "a ledger", write("backups", "e1/ledgers/x.json")],
    ["wal-e1", "a read of ledgers", read("backups", "e1/ledgers/x.json")],
    ["wal-e1", "the archive", read("archive", "e1/c/t/events/0/1.zst")],
    ["lease-e1", "another epoch's lease", write("control", "main/lease/2.json")],
    ["lease-e1", "another lease with the same beginning", write("control", "main/lease/1.jsonx")],
    ["lease-e1", "a fence", write("control", "main/fence/9.json")],
    ["recovery", "a backup", write("backups", "e1/ledgers/x.json")],
    ["recovery", "a drill's fence", write("control", "drill-x/fence/1.json")],
    ["replicator-reader", "a write", write("backups", "e1/ledgers/x.json")],
    ["replicator-writer", "a deletion", remove("backups", "e1/ledgers/x.json")],
    ["replicator-writer", "a fence", write("control", "main/fence/9.json")],
    ["drill-x-archiver-e1", "the main line", write("archive", "e1/c/1.zst")],
  ] as const)("%s is refused %s", async (name, _what, attempt) => {
    const attack = Promise.resolve(attempt(as(name)));
    await expect(attack).rejects.toThrow(/not permitted|Access ?Denied/i);
  });

  test("a wrong secret and an unknown login are refused by name", async () => {
    await expect(s3.as("archiver-e1", "guess").get("archive", "e1/x")).rejects.toThrow(
      /SignatureDoesNotMatch/,
    );
    await expect(s3.as("nobody", "guess").get("archive", "e1/x")).rejects.toThrow(
      /InvalidAccessKeyId/,
    );
  });
});

describe("a locked object", () => {
  test("keeps every version: no login deletes or unlocks one", async () => {
    await as("archiver-e1").put("archive", "e1/locked", "kept");
    const head = await s3.store.head("archive", "e1/locked");
    const version = { Bucket: "archive", Key: "e1/locked", VersionId: head?.versionId };
    for (const name of [...logins, "root"]) {
      const store = name === "root" ? s3.store : as(name);
      await expect(store.client.send(new DeleteObjectCommand(version))).rejects.toThrow();
      if (name === "root") continue;
      const bypass = { BypassGovernanceRetention: true };
      await expect(
        store.client.send(new DeleteObjectCommand({ ...version, ...bypass })),
      ).rejects.toThrow();
      const shorter = { Mode: "GOVERNANCE" as const, RetainUntilDate: new Date(Date.now() + 1000) };
      await expect(
        store.client.send(
          new PutObjectRetentionCommand({ ...version, ...bypass, Retention: shorter }),
        ),
      ).rejects.toThrow();
    }
    // Written over: the first version is still there.
    await as("archiver-e1").put("archive", "e1/locked", "other");
    expect((await s3.store.head("archive", "e1/locked"))?.versionId).not.toBe(head?.versionId);
  });
});

describe("conditional writes", () => {
  test("of 20 writers exactly one creates", async () => {
    const writers = Array.from({ length: 20 }, (_, i) =>
      as("recovery").putIfAbsent("control", "main/steps/r/7.json", `writer ${i}`),
    );
    const results = await Promise.all(writers);
    const winner = results.findIndex(({ created }) => created);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect(await s3.store.getText("control", "main/steps/r/7.json")).toBe(`writer ${winner}`);
  });

  test("of 20 writers exactly one replaces the version they all saw", async () => {
    const { etag } = await s3.store.put("control", "main/lease/1.json", "first");
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        as("lease-e1").putIfMatch("control", "main/lease/1.json", `writer ${i}`, etag),
      ),
    );
    expect(results.filter(({ written }) => written)).toHaveLength(1);
  });

  test("of a key that is gone nothing is written", async () => {
    const result = await as("recovery").putIfMatch("control", "main/none", "x", "0".repeat(32));
    expect(result).toEqual({ written: false });
  });
});

describe("objects", () => {
  test("missing ones are values, missing buckets are errors", async () => {
    expect(await s3.store.get("archive", "none")).toBeUndefined();
    expect(await s3.store.head("archive", "none")).toBeUndefined();
    await expect(s3.store.get("no-bucket", "none")).rejects.toThrow(/bucket does not exist/);
    await expect(s3.store.head("no-bucket", "none")).rejects.toThrow(/bucket does not exist/);
  });

  test("a silent server and empty credentials are said by name", async () => {
    const silent = new ObjectStore({ ...s3.root, endpoint: "http://127.0.0.1:9" });
    await expect(silent.get("archive", "x")).rejects.toThrow(/does not answer \(ECONNREFUSED\)/);
    expect(() => new ObjectStore({ ...s3.root, secretAccessKey: "" })).toThrow(UserError);
  });
});

describe("the command", () => {
  test("run again changes nothing and knows logins it was not given", async () => {
    await run([]);
    await expect(as("archiver-e2").put("archive", "e2/again", "x")).resolves.toBeDefined();
  });

  test("refuses names whose rights it cannot tell", async () => {
    await expect(run(["admin"])).rejects.toThrow(/no login of the vault/);
  });

  test("refuses an existing bucket without Object Lock, untouched", async () => {
    const other = await startS3({ buckets: false });
    const swapped = {
      ...connection,
      vault: { ...other.vault, backups: "plain" },
      control: { ...other.control, bucket: "plain" },
    };
    await vault.run(
      { ...swapped, vault: { ...other.vault, backups: "b-1", archive: "a-1" } },
      vault.params.parse({}),
      silentReporter,
    );
    await expect(vault.run(swapped, vault.params.parse({}), silentReporter)).rejects.toThrow(
      /without Object Lock/,
    );
    await other.stop();
  });

  test("a revoked epoch is refused at once and stays refused; the others go on", async () => {
    await as("archiver-e1").put("archive", "e1/before", "x");
    const first = await revokeEpoch(s3.vault, s3.control, "main", 1);
    expect(first.revoked).toEqual(["archiver-e1", "backup-e1", "lease-e1", "wal-e1"]);
    const refused = async () => {
      for (const attack of [
        () => as("archiver-e1").put("archive", "e1/after", "x"),
        () => as("backup-e1").put("backups", "e1/ledgers/after.json", "x"),
        () => as("wal-e1").put("backups", "e1/postgres/main/wals/after", "x"),
        () => as("lease-e1").put("control", "main/lease/1.json", "x"),
        () => as("archiver-e1").get("archive", "e1/before"),
      ]) {
        await expect(attack()).rejects.toThrow(/not permitted/);
      }
    };
    await refused();
    for (const name of ["archiver-e2", "drill-x-archiver-e1"]) {
      const prefix = name.startsWith("drill") ? "drill-x/e1" : "e2";
      await expect(as(name).put("archive", `${prefix}/after`, "x")).resolves.toBeDefined();
    }
    expect(await s3.as("recovery", secretOf("recovery")).getText("archive", "e1/before")).toBe("x");
    expect(await revokeEpoch(s3.vault, s3.control, "main", 1)).toEqual(first);
    // A returning primary sets up its vault again, with a new secret and a login more.
    const again = await run(["archiver-e1", "wal-e1"]);
    expect(again.revoked).toEqual(first.revoked);
    await refused();
  });

  test("an epoch that is not taken yet reads; its holder writes, and nobody else of that epoch", async () => {
    const [east, west] = ["1111aaaa", "2222bbbb"];
    const wal = (owner: string) => as(`wal-e3-${owner}`);
    const key = (n: number) => `e3/postgres/main/wals/${n}`;
    const control = { ...connection, control: s3.control };
    await run([`wal-e3-${east}`, `wal-e3-${west}`, `backup-e3-${west}`]);
    // Nobody has claimed the line yet: its first epoch is whoever's.
    await expect(wal(east).put("backups", key(1), "x")).resolves.toBeDefined();

    const fence = {
      role: "standby",
      region: "west",
      kind: "lease",
      reason: "test",
    } as const;
    await withControl(s3.control, async (store) => {
      for (const epoch of [1, 2]) {
        const request = { ...fence, epoch, owner: "0000", stack: "old", recoveryId: `r${epoch}` };
        await createFence(store, "main", request);
      }
    });
    await run([]);
    for (const owner of [east, west]) {
      await expect(wal(owner).put("backups", key(2), "x")).rejects.toThrow(/not permitted/);
    }
    await expect(as(`backup-e3-${west}`).getText("backups", key(1))).resolves.toBe("x");

    const won = { ...fence, epoch: 3, owner: `${west}-dddd`, stack: "west", recoveryId: "r3" };
    await withControl(s3.control, (store) => createFence(store, "main", won));
    const { revoked } = await vault.run(control, vault.params.parse({}), silentReporter);
    expect(revoked).toContain(`wal-e3-${east}`);
    await expect(wal(west).put("backups", key(3), "x")).resolves.toBeDefined();
    await expect(wal(east).put("backups", key(3), "y")).rejects.toThrow(/not permitted/);
  });

  test("policies that were being written when a fence was passed end with its refusals", async () => {
    await run(["archiver-e4-1111aaaa", "archiver-e4-2222bbbb"]);
    const before = await readPolicy(s3.store, "archive");
    const taken = {
      epoch: 4,
      owner: "1111aaaa-eeee",
      stack: "east",
      role: "standby",
      region: "east",
      recoveryId: "r4",
      kind: "lease",
      reason: "test",
    } as const;
    await withControl(s3.control, (store) => createFence(store, "main", taken));
    await revokeEpoch(s3.vault, s3.control, "main", 3);
    // Somebody who had read logins and fences before writes what belongs to that moment.
    if (before !== undefined) await writePolicy(s3.store, "archive", before);
    await run([]);
    await expect(as("archiver-e4-2222bbbb").put("archive", "e4/x", "x")).rejects.toThrow();
    await expect(as("archiver-e4-1111aaaa").put("archive", "e4/x", "x")).resolves.toBeDefined();
  });
});
