import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { onCleanup, runCleanups } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { runSchedule } from "../backup/schedule.ts";
import { attachIngest } from "../clickhouse/attach.ts";
import { startPlatform, stored, untilStored, type TestPlatform } from "../clickhouse/fixture.ts";
import { ingestState } from "../clickhouse/ingest.ts";
import claimCommand from "../commands/claim.ts";
import fenceCommand from "../commands/fence.ts";
import { connectionSchema, type Connection } from "../connection.ts";
import { grantConsumer, listAcls } from "../kafka/acls.ts";
import { attack } from "../kafka/attack.ts";
import { sendCanary } from "../kafka/canary.ts";
import { groupState } from "../kafka/groups.ts";
import { topicState } from "../kafka/topics.ts";
import { keyPair } from "../ledger/fixture.ts";
import { systemClock } from "./clock.ts";
import { openControl, type ControlStore } from "./control.ts";
import { assertEpoch, createFence, currentFence } from "./epoch.ts";
import { Notes } from "./fixture.ts";
import { keepLease } from "./keeper.ts";
import { readLease } from "./lease.ts";
import { Side } from "./side.ts";

let s3: TestS3;
let platform: TestPlatform;
let store: ControlStore;
let east: Connection;

beforeAll(async () => {
  [s3, platform] = await Promise.all([startS3(), startPlatform()]);
  onCleanup(() => s3.stop());
  store = openControl(s3.control);
  onCleanup(() => {
    store.close();
  });
  east = connectionSchema.parse({
    platform: "local",
    stack: "local",
    role: "primary",
    region: "east",
    owner: "owner-east",
    epoch: 1,
    kafka: platform.kafka,
    clickhouse: platform.clickhouse.connection,
    control: s3.control,
  });
});
afterAll(runCleanups);

const claim = (connection: Connection, params: Record<string, unknown> = {}) =>
  claimCommand.run(connection, claimCommand.params.parse(params), silentReporter);

describe("epochs on a real S3 server", () => {
  test("20 contenders over connections of their own: one wins, 19 are told who", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, index) => {
        const own = openControl(s3.control);
        try {
          return await createFence(own, "race", {
            epoch: 1,
            owner: `owner-${index}`,
            stack: `stack-${index}`,
            role: "standby",
            region: "west",
            recoveryId: `r-${index}`,
            kind: "lease",
            reason: "race",
          });
        } finally {
          own.close();
        }
      }),
    );
    const won = outcomes.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(won).toHaveLength(1);
    expect(await currentFence(store, "race")).toEqual(won[0]?.record);
    const told = outcomes.filter(
      (each) =>
        each.status === "rejected" && String(each.reason).includes(won[0]?.record.owner ?? "?"),
    );
    expect(told).toHaveLength(19);
  });

  test("claim takes epoch 1, is quick, refuses another owner, and says when nobody answers", async () => {
    expect(await claim(east, { observe: true })).toEqual({});
    expect(await claim(east)).toMatchObject({ epoch: 1, created: true });
    const start = performance.now();
    expect(await claim(east)).toMatchObject({ epoch: 1, created: false });
    expect(performance.now() - start).toBeLessThan(1000);
    await expect(assertEpoch(east)).resolves.toMatchObject({ epoch: 1 });
    await expect(claim({ ...east, owner: "other" })).rejects.toThrow(/is fenced: epoch 1/);
    await expect(assertEpoch({ ...east, owner: "other" })).rejects.toThrow(/is fenced: epoch 1/);

    const dead = { ...east, control: { ...s3.control, endpoint: "http://127.0.0.1:9" } };
    await expect(claim(dead)).rejects.toThrow(/does not answer/);
    expect(await claim(dead, { optional: true })).toEqual({});
    // No answer is one thing, an answer that refuses another.
    await expect(claim({ ...east, owner: "other" }, { optional: true })).rejects.toThrow(/fenced/);
  });
});

describe("one consumer", () => {
  const settings = { renewSeconds: 1, canarySeconds: 2, arrivalSeconds: 10, ttlSeconds: 5 };
  const running = async (): Promise<string> =>
    ingestState(platform.clickhouse, platform.kafka, await topicState(platform.kafka));

  async function keep(control: ControlStore, seconds: number, notes = new Notes()): Promise<Notes> {
    const side = new Side(platform.kafka, platform.clickhouse.connection, undefined);
    const { line, epoch, owner, stack, region } = east;
    const me = { line, epoch, owner, stack, region, clusterId: platform.kafka.clusterId };
    const stop = AbortSignal.timeout(seconds * 1000);
    try {
      await keepLease(control, me, settings, side, systemClock, notes, stop);
    } finally {
      await side.close();
    }
    return notes;
  }

  test("the lease is renewed by what arrives in ClickHouse", async () => {
    await attachIngest(platform.options);
    await keep(store, 6);
    const lease = await readLease(store, "main", 1);
    expect(lease?.clusterId).toBe(platform.kafka.clusterId);
    expect(lease?.canaryLatencySeconds).toBeGreaterThan(0);
    expect(lease?.sequence).toBeGreaterThanOrEqual(3);
  });

  test("it says how far others have written: the keeper's own events are left out", async () => {
    const said = async () => (await readLease(store, "main", 1))?.produced;
    const before = await said();
    const kept = keep(store, 12);
    // A keeper that was restarted renews before it has asked.
    const first = await vi.waitUntil(async () => {
      const now = await said();
      return now?.at === before?.at ? undefined : now?.next;
    }, 10_000);
    const { partition, offset } = await sendCanary(platform.kafka);
    await kept;
    const next = (await said())?.next ?? [];
    expect(next[partition]).toBe(offset + 1);
    // It has sent some itself since, wherever they went.
    expect(next.filter((end, index) => index !== partition && end !== first[index])).toEqual([]);
    const { partitions } = await topicState(platform.kafka);
    const ends = partitions.reduce((sum, { latest }) => sum + latest, 0);
    expect(ends).toBeGreaterThan(next.reduce((sum, end) => sum + end, 0));
  });

  test("cut off from the control bucket it stops its own side within T: tables and permission gone", async () => {
    const cutOff: ControlStore = {
      ...store,
      read: () => Promise.reject(new Error("no route")),
      names: () => Promise.reject(new Error("no route")),
    };
    expect(await running()).toBe("running");
    const notes = await keep(cutOff, settings.ttlSeconds + 4);
    expect(notes.lines.join("\n")).toContain("this side has stopped");
    expect(await running()).toBe("stopped");
    const left = await listAcls(platform.kafka);
    expect(
      left.filter((acl) => acl.resourceType === "GROUP" && acl.principal.includes("clickhouse")),
    ).toEqual([]);
  });

  test("a late try to stop leaves an attach alone that came after the permission was taken away", async () => {
    const { kafka, clickhouse } = platform;
    const name = kafka.consumer?.name ?? "";
    const nobody = { ...clickhouse.connection, url: "http://127.0.0.1:1" };
    const side = new Side(kafka, nobody, undefined);
    const whole = new Side(kafka, clickhouse.connection, undefined);
    try {
      await expect(side.stopConsuming("T is over", false)).rejects.toThrow(/could be stopped/);
      // Nothing has let it in again: it is still to be stopped.
      await expect(side.stopConsuming("T is over", true)).rejects.toThrow(/could be stopped/);
      await grantConsumer(kafka, name);
      await attachIngest(platform.options);
      expect(await side.stopConsuming("T is over", true)).toBe(false);
      expect(await running()).toBe("running");
      await expect(side.stopConsuming("a new reason", false)).rejects.toThrow(/could be stopped/);
      expect(
        (await listAcls(kafka)).filter((acl) => acl.resourceType === "GROUP"),
      ).not.toContainEqual(
        expect.objectContaining({ principal: expect.stringContaining(name) as string }),
      );
      expect(await whole.stopConsuming("a new reason", false)).toBe(true);
      expect(await running()).toBe("stopped");
    } finally {
      await Promise.all([side.close(), whole.close()]);
    }
  });

  test("a fence by the broker ends a consumer that is at work, and proves it by its own credential", async () => {
    const { clickhouse, kafka, send } = platform;
    const former = kafka.consumer;
    if (former === undefined) throw new Error("no consumer in the harness");
    await grantConsumer(kafka, former.name);
    await attachIngest(platform.options);
    const before = (await stored(clickhouse)).identities;
    await send(0, 500);
    await untilStored(clickhouse, before + 500);
    // Negative control: the very attack that must fail later succeeds now.
    expect(await attack(kafka, former)).toMatchObject({ refused: false });

    const me = connectionSchema.parse({
      ...east,
      epoch: 2,
      kafka: { ...kafka, consumer: undefined, formerConsumers: [former] },
    });
    const notes = new Notes();
    const context = { ...silentReporter, progress: notes.progress.bind(notes) };
    const params = { recoveryId: "clickhouse-1", kind: "broker" };
    const result = await fenceCommand.run(me, fenceCommand.params.parse(params), context);
    expect(result).toMatchObject({ epoch: 2, kind: "broker", oldPrincipalRefused: true });
    expect(result.error).toContain("GROUP_AUTHORIZATION_FAILED");
    expect(result.error).toContain("TOPIC_AUTHORIZATION_FAILED");
    expect(result.groupEmptyAfterSeconds).toBeLessThan(30);
    expect(notes.lines.some((line) => line.includes("point of no return"))).toBe(true);
    expect((await groupState(kafka)).empty).toBe(true);
    const count = (await stored(clickhouse)).rows;
    await send(1000, 500);
    await sleep(3000);
    expect((await stored(clickhouse)).rows).toBe(count);
    await expect(assertEpoch(east)).rejects.toThrow(/has itself gone on to epoch 2/);
    // A second run of the same recovery says the same and does nothing.
    expect(await fenceCommand.run(me, fenceCommand.params.parse(params), context)).toEqual(result);
  });

  test("without a keeper the backup schedule stops this side when another owner takes the line", async () => {
    const { clickhouse, kafka, options, send } = platform;
    const me = connectionSchema.parse({
      ...east,
      line: "watched",
      vault: s3.vault,
      signing: { keyId: "none", privateKey: keyPair().privateKey },
    });
    await claim(me);
    await grantConsumer(kafka, kafka.consumer?.name ?? "");
    await attachIngest(options);
    expect(await running()).toBe("running");
    const schedule = runSchedule(me, { initial: false }, silentReporter);
    const refused = expect(schedule).rejects.toThrow(/is fenced: epoch 2/);
    await createFence(store, "watched", {
      ...{ epoch: 2, owner: "owner-west", stack: "local-dr", role: "standby", region: "west" },
      ...{ recoveryId: "r", kind: "lease", reason: "the keeper was killed" },
    });
    await refused;
    expect(await running()).toBe("stopped");
    const left = await listAcls(kafka);
    const own = `User:${kafka.consumer?.name ?? ""}`;
    expect(left.filter((a) => a.resourceType === "GROUP" && a.principal === own)).toEqual([]);
    const count = (await stored(clickhouse)).rows;
    await send(2000, 100);
    await sleep(3000);
    expect((await stored(clickhouse)).rows).toBe(count);
  });
});
