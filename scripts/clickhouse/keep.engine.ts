import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { protectedConnection } from "../../tests/harness/connection.ts";
import { runCleanups } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { takeRowLock } from "../backup/lock.ts";
import attach from "../commands/attach.ts";
import detach from "../commands/detach.ts";
import type { Connection } from "../connection.ts";
import { revokeGroup } from "../kafka/acls.ts";
import { startPlatform, stored, untilStored, type TestPlatform } from "./fixture.ts";
import { hasStreamingTables } from "./ingest.ts";
import { keepOnce } from "./keep.ts";

let s3: TestS3;
let platform: TestPlatform;
let connection: Connection;

const look = () => keepOnce(connection, platform.clickhouse, silentReporter);
const consumes = () => hasStreamingTables(platform.clickhouse);

beforeAll(async () => {
  s3 = await startS3();
  platform = await startPlatform();
  connection = await protectedConnection(platform, s3);
});
afterAll(runCleanups);

describe("a ClickHouse that was restarted", () => {
  it("is left alone before anybody attached it in this epoch", async () => {
    expect(await look()).toMatchObject({ attach: false });
    expect(await consumes()).toBe(false);
  });

  it("consumes again, exactly behind what it has", async () => {
    await attach.run(connection, { again: false }, silentReporter);
    await platform.send(0, 400);
    await untilStored(platform.clickhouse, 400);
    await platform.server.crashAndRestart();
    await platform.send(400, 400);
    expect(await consumes()).toBe(false);
    expect(await look()).toMatchObject({ attach: true });
    await untilStored(platform.clickhouse, 800);
    expect(await stored(platform.clickhouse)).toMatchObject({ rows: 800, identities: 800 });
    expect(await look()).toEqual({ attach: false, because: "it consumes" });
  });

  it("waits for a backup or move that has the rows", async () => {
    await platform.server.crashAndRestart();
    const lock = await takeRowLock(s3.control, "main", "test", silentReporter, "move");
    expect((await look()).because).toMatch(/a move of events of .* has stopped ingest/);
    expect(await consumes()).toBe(false);
    await lock.release();
    expect((await look()).attach).toBe(true);
  });

  it("stays as it is where the lease keeper took the login's right away", async () => {
    await platform.server.crashAndRestart();
    await revokeGroup(platform.kafka, platform.kafka.consumer?.name ?? "");
    expect((await look()).because).toMatch(/lease keeper/);
    expect(await consumes()).toBe(false);
    await attach.run(connection, { again: false }, silentReporter);
    expect(await consumes()).toBe(true);
  });

  it("stays detached where that was asked for", async () => {
    await detach.run(connection, {}, silentReporter);
    await platform.server.crashAndRestart();
    expect((await look()).because).toMatch(/detached on purpose/);
    expect(await consumes()).toBe(false);
  });
});
