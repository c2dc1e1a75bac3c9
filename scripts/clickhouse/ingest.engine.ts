import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCleanups } from "../../tests/harness/process.ts";
import { readGroupOffsets } from "../kafka/offsets.ts";
import { attachIngest, detachIngest, pauseIngest, resumeIngest } from "./attach.ts";
import { eventMessage, startPlatform, stored, untilStored } from "./fixture.ts";
import type { TestPlatform } from "./fixture.ts";
import { topicState } from "../kafka/topics.ts";
import { highestPresent } from "./present.ts";
import { segmentsOf } from "./segments.ts";

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(runCleanups);

/** Offsets that lie in ClickHouse at or above the group's committed ones. */
async function writtenButNotCommitted(): Promise<number> {
  const { clickhouse, kafka } = platform;
  const top = await highestPresent(clickhouse, await topicState(kafka));
  return (await readGroupOffsets(kafka)).reduce(
    (sum, { partition, offset }) =>
      sum + Math.max(0, (top.get(partition) ?? -1) + 1 - (offset ?? 0)),
    0,
  );
}

const expectExact = async (): Promise<void> => {
  const { clickhouse, tally } = platform;
  const found = await stored(clickhouse);
  expect(found).toMatchObject({
    rows: tally.events,
    identities: tally.events,
    deadLetters: tally.poison,
    quarantined: 0,
  });
  expect(found.hours).toEqual(tally.hours);
};

describe("ingest", () => {
  it("consumes an empty topic as nothing, and then every event once", async () => {
    const { options, send, clickhouse, tally } = platform;
    const attached = await attachIngest(options);
    expect(attached.cursors.map(({ resumeAt }) => resumeAt)).toEqual([0, 0, 0, 0]);
    await send(0, 4000);
    await untilStored(clickhouse, tally.events);
    await expectExact();
    expect(await attachIngest(options)).toMatchObject({ alreadyRunning: true });
  });

  it("counts what cannot be parsed as dead letters, keeps 1 MB, and passes over empty values", async () => {
    const { producer, kafka, clickhouse, tally } = platform;
    const big = eventMessage(9, { properties: JSON.stringify({ big: "x".repeat(1_000_000) }) });
    const twice = eventMessage(10);
    const poison = [
      "nope",
      "[1]",
      "{}",
      '{"uuid": 1e400}',
      Buffer.from([0xff, 0xfe, 0]),
      eventMessage(1, { timestamp: "yesterday" }),
      eventMessage(1, { timestamp: "1066-10-14 00:00:00" }),
      eventMessage(1, { team_id: 1.5 }),
      eventMessage(1, { team_id: -1 }),
      eventMessage(1, { uuid: "no uuid" }),
      "a\nb",
    ];
    const values = [...poison, null, "", big, twice, twice, null];
    await producer.send({
      topic: kafka.topic,
      messages: values.map((value) => ({ value, partition: 2, key: Buffer.from([0xc3, 0x28]) })),
    });
    tally.poison += poison.length;
    for (const value of [big, twice, twice]) tally.count(value);
    await untilStored(clickhouse, tally.events);
    await expectExact();
    const [longest] = await clickhouse.query<{ n: number }>(
      "SELECT max(length(properties)) AS n FROM posthog.events",
    );
    expect(longest?.n).toBeGreaterThan(1_000_000);
  });

  it("takes a block with events of two hundred months", async () => {
    const { producer, kafka, clickhouse, tally } = platform;
    const values = Array.from({ length: 200 }, (_, month) =>
      eventMessage(month, { timestamp: new Date(Date.UTC(1990, month, 15)).toISOString() }),
    );
    await producer.send({
      topic: kafka.topic,
      messages: values.map((value) => ({ value: value.replace("T00", " 00"), partition: 0 })),
    });
    for (const value of values) tally.count(value.replace("T00", " 00"));
    await untilStored(clickhouse, tally.events);
    await expectExact();
  });

  it("survives kills while it writes, again and again", async () => {
    const { server, options, send, clickhouse, tally } = platform;
    for (let round = 0; round < 3; round++) {
      const sending = send(10_000 * (round + 1), 20_000);
      await new Promise((resolve) => setTimeout(resolve, 300 + 350 * round));
      await server.crashAndRestart();
      await sending;
      const found = await stored(clickhouse);
      expect(found.identities).toBeLessThanOrEqual(tally.events);
      // A restart brings no consumer back by itself.
      expect(await attachIngest(options)).toMatchObject({ alreadyRunning: false });
      await send(0, 100);
    }
    await untilStored(clickhouse, tally.events);
    await expectExact();
  });

  it("leaves nothing twice when a block is written and its commit never arrives", async () => {
    const { brokers, server, options, send, clickhouse, tally } = platform;
    // Whether the moment is hit, the broker says afterwards: tried until it was.
    for (let round = 0, hit = false; !hit; round++) {
      expect(round).toBeLessThan(6);
      await untilStored(clickhouse, tally.events);
      const before = (await stored(clickhouse)).identities;
      await send(50_000 + 4000 * round, 4000);
      await new Promise((resolve) => setTimeout(resolve, 50 * (round + 1)));
      // What was fetched is written now; the commit waits for a broker that stands still.
      const [broker] = brokers.processes;
      process.kill(broker?.record.pid ?? 0, "SIGSTOP");
      const deadline = Date.now() + 4000;
      while ((await stored(clickhouse)).identities === before && Date.now() < deadline);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server.crashAndRestart();
      // It would still find the commit in its socket if it only went on.
      broker?.kill();
      await brokers.restart();
      hit = (await writtenButNotCommitted()) > 0;
      await attachIngest(options);
    }
    await untilStored(clickhouse, tally.events);
    await expectExact();
  });

  it("pauses to an exact cut and goes on as a new segment", async () => {
    const { options, send, clickhouse, tally, kafka } = platform;
    const sending = send(100_000, 30_000);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const pause = await pauseIngest(options);
    const cut = await stored(clickhouse);
    expect([...cut.hours.values()].reduce((sum, n) => sum + n, 0)).toBe(cut.rows);
    expect(cut.identities).toBe(cut.rows);
    await sending;
    expect(await stored(clickhouse)).toEqual(cut);
    const { segment, pausedSeconds } = await resumeIngest(options, pause);
    expect(segment).toBe(pause.segment + 1);
    expect(pausedSeconds).toBeLessThan(12);
    await untilStored(clickhouse, tally.events);
    await expectExact();
    const segments = await segmentsOf(clickhouse, pause);
    expect(segments.at(-1)?.first).toEqual(pause.next);
    expect(kafka.clusterId).toBe(pause.clusterId);
  });

  it("is quiet after detach, and the cursors stand behind what is stored", async () => {
    const { options, send, clickhouse, kafka, tally } = platform;
    const seconds = await detachIngest(clickhouse, kafka);
    expect(seconds).toBeLessThan(15);
    await expectExact();
    await send(0, 400);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await stored(clickhouse)).rows).toBe(tally.events - 400);
    const attached = await attachIngest(options);
    const offsets = await readGroupOffsets(kafka);
    for (const { partition, resumeAt } of attached.cursors) {
      expect(offsets.find((each) => each.partition === partition)?.offset).toBeGreaterThanOrEqual(
        resumeAt,
      );
    }
    await untilStored(clickhouse, tally.events);
    await expectExact();
  });
});
