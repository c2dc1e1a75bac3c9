import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { PostgresSource } from "../../engines/postgres.ts";
import { start } from "../../engines/supervisor.ts";
import { startPostgres, type TestPostgres } from "../../tests/harness/postgres.ts";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import type { Context } from "../command.ts";
import postgresBackup from "../commands/postgres-backup.ts";
import postgresSchema from "../commands/postgres-schema.ts";
import postgresSettle from "../commands/postgres-settle.ts";
import restorePostgres from "../commands/restore-postgres.ts";
import vaultCommand from "../commands/vault.ts";
import { connectionSchema, type Connection } from "../connection.ts";
import { listBases, listWal } from "./catalog.ts";
import { withClient } from "./client.ts";
import type { SettleResult } from "./settle.ts";
import { beat, currentPosition, knownTeamIds } from "./position.ts";

cleanUpAfterFile();

const secret = (name: string): string => `secret-of-${name}-in-a-test`;
const logins = ["wal-e1", "wal-e2", "wal-e3", "wal-e4", "backup-e1", "recovery"];
const place = (prefix: string) => ({ bucket: "backups", prefix, serverName: "main" });
const quiet: Context = {
  progress: () => undefined,
  warn: () => undefined,
  signal: new AbortController().signal,
  ready: () => undefined,
};

let s3: TestS3;
let bases: { first: string; second: string };
/** Between row 200 and row 201. */
let between: string;
/** The last row of a batch by the segment that holds it. */
const segments = new Map<number, string>();

const archiver = (name: string) => ({ accessKeyId: name, secretAccessKey: secret(name) });
const connectionOf = (postgres: TestPostgres | undefined, login: string, epoch = 1): Connection =>
  connectionSchema.parse({
    platform: "local",
    stack: "local",
    role: "primary",
    region: "east",
    owner: "test",
    epoch,
    postgres: postgres?.connection,
    vault: { ...s3.vault, ...archiver(login) },
  });

async function insert({ connection }: TestPostgres, from: number, to: number): Promise<void> {
  await withClient(connection.url, (client) =>
    client.query(
      `INSERT INTO posthog_person (id, team_id, properties)
       SELECT i, 1, jsonb_build_object('row', i) FROM generate_series($1::int, $2::int) i`,
      [from, to],
    ),
  );
}

/** Ends the present segment and waits until it is in the vault. */
async function archive({ connection }: TestPostgres): Promise<string> {
  return withClient(connection.url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT pg_walfile_name(pg_switch_wal()) AS name",
    );
    const name = rows[0]?.name ?? "";
    for (;;) {
      const last = await client.query<{ name: string | null }>(
        "SELECT last_archived_wal AS name FROM pg_stat_archiver",
      );
      if ((last.rows[0]?.name ?? "") >= name) return name;
      await sleep(100);
    }
  });
}

async function rowsOf({ connection }: TestPostgres): Promise<{ count: number; last: number }> {
  return withClient(connection.url, async (client) => {
    const { rows } = await client.query<{ count: number; last: number }>(
      "SELECT count(*)::int AS count, coalesce(max(id), 0)::int AS last FROM posthog_person",
    );
    return rows[0] ?? { count: 0, last: 0 };
  });
}

/** The state of the vault under a prefix of its own, without some objects and with others altered. */
async function copyOfE1(prefix: string, change: (key: string) => "keep" | "drop" | "cut") {
  for await (const { key } of s3.store.list("backups", "e1/postgres/")) {
    const what = change(key);
    if (what === "drop") continue;
    const bytes = (await s3.store.get("backups", key)) ?? new Uint8Array();
    const kept = what === "cut" ? bytes.subarray(0, bytes.length / 2) : bytes;
    await s3.store.put("backups", `${prefix}${key.slice(2)}`, kept);
  }
}

function from(prefixes: string[], target: "latest" | { time: string } = "latest"): PostgresSource {
  const login = { ...s3.root, ...archiver("recovery"), bucket: "backups" };
  return { kind: "restore", from: { ...login, prefixes }, target };
}

async function restored(source: PostgresSource, epoch: number, password = "another-password") {
  const options = { source, password, prefix: `e${epoch}`, archiver: archiver(`wal-e${epoch}`) };
  return startPostgres(s3, options);
}

async function settleOf(postgres: TestPostgres, epoch: number): Promise<SettleResult> {
  return postgresSettle.run(connectionOf(postgres, "recovery", epoch), { maxIds: {} }, quiet);
}

async function destroy(postgres: TestPostgres): Promise<void> {
  postgres.process.kill();
  await postgres.stop();
  await rm(postgres.home, { recursive: true, force: true });
}

beforeAll(async () => {
  s3 = await startS3();
  const users = Object.fromEntries(logins.map((name) => [name, secret(name)]));
  const root = { ...connectionOf(undefined, "recovery"), vault: s3.vault };
  await vaultCommand.run(root, vaultCommand.params.parse({ lockDays: 1, users }), quiet);
  const primary = await startPostgres(s3, { archiver: archiver("wal-e1") });
  const connection = connectionOf(primary, "backup-e1");
  await postgresSchema.run(connection, {}, quiet);
  await withClient(primary.connection.url, async (client) => {
    await client.query("INSERT INTO posthog_organization (name) VALUES ('Hog')");
    await client.query(
      `INSERT INTO posthog_team (organization_id, api_token)
       SELECT o.id, 'token-' || i FROM posthog_organization o, generate_series(1, 3) i`,
    );
  });
  const backup = async () => postgresBackup.run(connection, postgresBackup.params.parse({}), quiet);

  await insert(primary, 1, 100);
  const first = await backup();
  expect(first.base).toMatchObject({ status: "DONE", prefix: "e1", timeline: 1 });
  expect(first.base.objects.map(({ key }) => key.split("/").at(-1)).sort()).toEqual([
    "backup.info",
    "data.tar.gz",
  ]);
  await insert(primary, 101, 200);
  await sleep(20);
  between = (await currentPosition(primary.connection.url)).time;
  await sleep(20);
  await insert(primary, 201, 300);
  await archive(primary);
  const second = await backup();
  bases = { first: first.base.id, second: second.base.id };
  await insert(primary, 301, 400);
  segments.set(400, await archive(primary));
  await beat(primary.connection.url, "lease");
  await insert(primary, 401, 500);
  segments.set(500, await archive(primary));
  await destroy(primary);
}, 300_000);

describe("a restore", () => {
  test("to the latest point has everything that was archived, and goes on in its own epoch", async () => {
    const warnings: string[] = [];
    const chosen = await restorePostgres.run(
      connectionOf(undefined, "recovery"),
      restorePostgres.params.parse({ epochs: [1] }),
      { ...quiet, warn: (message) => warnings.push(message) },
    );
    expect(chosen).toMatchObject({ backupId: bases.second, replayTo: segments.get(500) });
    expect(warnings).toEqual([]);

    const started = performance.now();
    const postgres = await restored(from(["e1"]), 2);
    console.log(`restored to latest in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    expect(await rowsOf(postgres)).toEqual({ count: 500, last: 500 });
    expect(await knownTeamIds(postgres.connection.url)).toEqual([1, 2, 3]);

    const connection = connectionOf(postgres, "recovery", 2);
    const settle = async (maxIds: object) =>
      postgresSettle.run(connection, postgresSettle.params.parse({ maxIds }), quiet);
    const settled = await settle({ posthog_team: 77, posthog_person: 3_000_000_000 });
    expect(settled).toMatchObject({ timeline: 2, teams: [1, 2, 3] });
    expect(settled.base).toMatchObject({ backupId: bases.second, skipped: [] });
    expect(Date.parse(settled.recoveredTo.lastTransaction ?? "")).toBeGreaterThan(
      Date.parse(settled.recoveredTo.heartbeat ?? ""),
    );
    expect(settled.sequences.posthog_team.after).toBe("78");
    expect(settled.sequences.posthog_person.after).toBe("3000000001");
    const again = await settle({ posthog_team: 50, posthog_person: Number.MAX_SAFE_INTEGER });
    expect(again.sequences.posthog_team.after).toBe("78");
    expect(again.sequences.posthog_persondistinctid.after).toBe("1");
    const warned: string[] = [];
    await postgresSettle.run(
      connection,
      { maxIds: { posthog_team: 2_147_483_647 } },
      { ...quiet, warn: (message) => warned.push(message) },
    );
    expect(warned.join()).toMatch(/never gave that out/);

    await insert(postgres, 501, 600);
    const segment = await archive(postgres);
    expect(segment.slice(0, 8)).toBe("00000002");
    expect([...(await listWal(s3.store, place("e2")))]).toContain(segment);
    expect([...(await listWal(s3.store, place("e1")))].every((n) => n < "00000002")).toBe(true);
    await destroy(postgres);

    // The second epoch has no base backup of its own yet.
    const third = await restored(from(["e2", "e1"]), 3);
    expect(await rowsOf(third)).toEqual({ count: 600, last: 600 });
    expect((await currentPosition(third.connection.url)).timeline).toBe(3);
    // A restart on the restored data is no second restore.
    await third.stop();
    await start(third.process.spec);
    expect(await rowsOf(third)).toEqual({ count: 600, last: 600 });
    const { lastTransaction } = (await settleOf(third, 3)).recoveredTo;
    await third.stop();
    // Lost in place: the same home, whose reports of the first restore are stale now.
    await rm(third.connection.dataDir, { recursive: true });
    await rm(join(third.home, "run.json"));
    await start(third.process.spec);
    expect(await rowsOf(third)).toEqual({ count: 600, last: 600 });
    expect((await settleOf(third, 3)).recoveredTo.lastTransaction).toBe(lastTransaction);
    await third.stop();
  }, 400_000);

  test("to a time stops exactly there, from a base backup that ended before", async () => {
    const postgres = await restored(from(["e1"], { time: between }), 4);
    expect(await rowsOf(postgres)).toEqual({ count: 200, last: 200 });
    await destroy(postgres);
  });

  test.each([
    ["the last segment", 500, 400],
    ["a segment in the middle", 400, 300],
  ])("that lacks %s stops before it and opens", async (_what, lacking, last) => {
    const prefix = `lacks-${lacking}`;
    const name = segments.get(lacking) ?? "";
    await copyOfE1(prefix, (key) => (key.includes(name) ? "drop" : "keep"));
    const postgres = await restored(from([prefix]), 4);
    expect(await rowsOf(postgres)).toEqual({ count: last, last });
    await destroy(postgres);
  });

  test.each([
    ["whose data is not there", "drop"],
    ["whose data is cut off", "cut"],
  ] as const)("skips a newest base backup %s, and says so", async (_what, how) => {
    const data = `base/${bases.second}/data.tar.gz`;
    await copyOfE1(`base-${how}`, (key) => (key.endsWith(data) ? how : "keep"));
    const postgres = await restored(from([`base-${how}`]), 4);
    expect(await rowsOf(postgres)).toEqual({ count: 500, last: 500 });
    const { base } = await settleOf(postgres, 4);
    expect(base).toMatchObject({ backupId: bases.first, skipped: [{ backupId: bases.second }] });
    await destroy(postgres);
  });

  test("without any usable base backup says what is wrong with each", async () => {
    await copyOfE1("no-base", (key) => (key.endsWith("data.tar.gz") ? "drop" : "keep"));
    await expect(restored(from(["no-base"]), 4)).rejects.toThrow(
      /no base backup of PostgreSQL.*data\.tar.*Wait until replication/s,
    );
    await expect(restored(from(["e99"]), 4)).rejects.toThrow(/there is none at all/);
  });
});

test("a folder of a base backup without backup.info is listed as missing", async () => {
  await copyOfE1("no-info", (key) => (key.endsWith("backup.info") ? "drop" : "keep"));
  const listed = await listBases(s3.store, place("no-info"));
  expect(listed.map(({ status }) => status)).toEqual(["MISSING", "MISSING"]);
});
