import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onCleanup, runCleanups } from "../../tests/harness/process.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import { encodeRecord } from "../archive/envelope.ts";
import { buildKey } from "../archive/layout.ts";
import { packLines } from "../archive/objects.ts";
import { attachIngest } from "../clickhouse/attach.ts";
import {
  eventMessage,
  startPlatform,
  untilStored,
  type TestPlatform,
} from "../clickhouse/fixture.ts";
import command from "../commands/prove.ts";
import { connectionSchema, type Connection } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { kafkaJs } from "../kafka/client.ts";
import { topicState } from "../kafka/topics.ts";
import { readAnnouncement } from "../status/announcements.ts";
import { archiveRange, TestContext } from "./fixture.ts";
import type { ProofResult } from "./prove.ts";

let platform: TestPlatform;
let s3: TestS3;
let connection: Connection;
const partitions = 3;

beforeAll(async () => {
  s3 = await startS3();
  onCleanup(() => s3.stop());
  const disk = { name: "vault", bucket: "backups", ...s3.root };
  platform = await startPlatform({ partitions }, { disks: [disk] });
  connection = connectionSchema.parse({
    platform: "local",
    stack: "test",
    role: "primary",
    region: "east",
    owner: "test",
    epoch: 1,
    kafka: platform.kafka,
    clickhouse: platform.clickhouse.connection,
    vault: s3.vault,
    control: s3.control,
  });
});
afterAll(runCleanups);

function prove(params: Record<string, unknown> = {}, of = connection): Promise<ProofResult> {
  const quick = { stallSeconds: 3, derivedWaitSeconds: 3, ...params };
  return command.run(of, command.params.parse(quick), new TestContext());
}

const run = (sql: string): Promise<void> =>
  platform.clickhouse.run(sql, { settings: { mutations_sync: 2 } });

/** One partition as transactional producers leave it: markers, and a transaction that was aborted. */
async function sendTransactions(partition: number): Promise<number> {
  const { kafka, tally } = platform;
  const scram = kafka.producer ?? { username: "", password: "" };
  const producer = kafkaJs(kafka, { kind: "scram", ...scram }, "tx").producer({
    transactionalId: "producer-of-a-proof",
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  let aborted = 0;
  for (let round = 0; round < 6; round++) {
    const values = Array.from({ length: 20 }, (_, each) =>
      eventMessage(50_000 + round * 20 + each),
    );
    const transaction = await producer.transaction();
    await transaction.send({
      topic: kafka.topic,
      messages: values.map((value) => ({ value, partition })),
    });
    if (round % 3 === 1) {
      await transaction.abort();
      aborted += values.length;
    } else {
      await transaction.commit();
      for (const value of values) tally.count(value);
    }
  }
  await producer.disconnect();
  return aborted;
}

describe("prove", () => {
  test("nothing to compare with is refused: it would always be green", async () => {
    const { kafka: _, vault: __, ...bare } = connection;
    await expect(prove({}, bare)).rejects.toThrow(/nothing to compare the rows with/);
  });

  test("an empty topic is proven, unless the caller knows that there must be something", async () => {
    expect(await prove()).toMatchObject({ ok: true, expected: 0 });
    const red = await prove({ atLeast: 1 });
    expect(red.reasons).toEqual([expect.stringContaining("there must be at least 1")]);
    expect(command.exitCode?.(red)).toBe(1);
  });

  test("a green proof of a part is not announced as one of the whole, a red one is", async () => {
    const announced = async (): Promise<unknown> =>
      withControl(s3.control, (store) => readAnnouncement(store, "main", "proof"));
    await prove();
    const whole = await announced();
    expect(whole).toMatchObject({ ok: true, expected: 0 });
    expect(await prove({ sources: "kafka" })).toMatchObject({ ok: true });
    expect(await announced()).toEqual(whole);
    await prove({ sources: "kafka", atLeast: 1 });
    expect(await announced()).toMatchObject({ ok: false });
  });

  test("events nobody consumed are missing; a stalled wait ends", async () => {
    await platform.send(0, 300);
    const result = await prove();
    expect(result).toMatchObject({
      ok: false,
      missing: 300,
      present: 0,
      sources: ["archive", "kafka"],
    });
    expect(result.partitions.map(({ missingRanges }) => missingRanges)).toEqual(
      Array.from({ length: partitions }, () => [{ from: 0, to: 99 }]),
    );
    expect(command.exitCode?.(result)).toBe(1);
  });

  test("events, poison, empty values, transactions and quarantine: green from Kafka alone", async () => {
    const { clickhouse, producer, kafka, options, send, tally } = platform;
    await run("INSERT INTO posthog.tenant_floor VALUES (1000, 1)");
    await run("INSERT INTO posthog.known_teams SELECT number FROM numbers(1, 20)");
    await attachIngest(options);
    await send(300, 2700);
    await sendTransactions(1);
    const poison = ["nope", "{}", Buffer.from([0xff, 0, 1])];
    await producer.send({
      topic: kafka.topic,
      messages: [null, "", ...poison, eventMessage(1, { team_id: 999 })].map((value) => ({
        value,
        partition: 2,
      })),
    });
    await untilStored(clickhouse, tally.events);
    const result = await prove();
    expect(result.reasons).toEqual([]);
    expect(result).toMatchObject({
      ok: true,
      present: tally.events,
      deadLettered: 3,
      quarantined: 1,
      empty: 2,
      missing: 0,
      duplicated: 0,
      duplicatedByUuid: 0,
      sentTwice: 0,
      unverifiable: 0,
      expected: tally.events + 3 + 1 + 2,
    });
    expect(command.exitCode?.(result)).toBe(0);
    expect(await s3.store.getText("control", "main/announcements/proof.json")).toContain(
      '"ok": true',
    );
    expect(await prove({ deep: true })).toMatchObject({ ok: true, expected: tally.events + 6 });
  });

  test("from the archive alone, with objects that overlap and come from two epochs; row by row", async () => {
    const { kafka, tally } = platform;
    const { partitions: bounds } = await topicState(kafka);
    for (const { partition, latest } of bounds) {
      await archiveRange(s3.store, s3.vault, kafka, partition, 0, 500);
      await archiveRange(s3.store, s3.vault, kafka, partition, 300, 800);
      await archiveRange(s3.store, s3.vault, kafka, partition, 800, latest, 2);
    }
    const result = await prove({ sources: "archive", deep: true });
    expect(result.reasons).toEqual([]);
    expect(result).toMatchObject({ ok: true, present: tally.events, empty: 2, unverifiable: 0 });
    expect(result.content?.compared).toBeGreaterThanOrEqual(tally.events + 4);
    expect(result.content?.different).toBe(0);
  });

  test("one property altered is red in a deep proof, by its offset", async () => {
    const where = "_partition = 0 AND _offset = 42";
    const swap = (from: string, to: string): Promise<void> =>
      run(
        `ALTER TABLE posthog.events UPDATE properties = replaceOne(properties, '${from}', '${to}') WHERE ${where}`,
      );
    await swap("Zürich", "Zürych");
    expect(await prove()).toMatchObject({ ok: true });
    const result = await prove({ deep: true });
    expect(result).toMatchObject({ ok: false, content: { different: 1 } });
    expect(result.partitions.find(({ partition }) => partition === 0)?.different).toEqual([42]);
    await swap("Zürych", "Zürich");
    expect(await prove({ deep: true })).toMatchObject({ ok: true });
  });

  test("one row doubled is red, also over two tables", async () => {
    await run("SYSTEM STOP MERGES posthog.events");
    await run(
      "INSERT INTO posthog.events SELECT * FROM posthog.events WHERE _partition = 1 AND _offset = 7",
    );
    expect(await prove()).toMatchObject({
      ok: false,
      duplicated: 1,
      missing: 0,
      duplicatedByUuid: 0,
      sentTwice: 0,
    });
    await run("SYSTEM START MERGES posthog.events");
    await run("OPTIMIZE TABLE posthog.events FINAL");
    expect(await prove()).toMatchObject({ ok: true });
    await run(
      "INSERT INTO posthog.quarantine SELECT * FROM posthog.events WHERE _partition = 1 AND _offset = 7",
    );
    expect(await prove()).toMatchObject({ ok: false, duplicated: 1 });
    await run("ALTER TABLE posthog.quarantine DELETE WHERE _partition = 1 AND _offset = 7");
  });

  test("a sum that counts one event twice is red, and says which", async () => {
    await run(
      "INSERT INTO posthog.events_hourly SELECT team_id, hour, 0, 1, 0 FROM posthog.events_hourly LIMIT 1",
    );
    const result = await prove();
    expect(result).toMatchObject({
      ok: false,
      missing: 0,
      derived: { equal: false, differences: 1 },
    });
    expect(result.reasons.join()).toMatch(/events_hourly team \d+, hour/);
    await run(
      "INSERT INTO posthog.events_hourly SELECT team_id, hour, 0, -1, 0 FROM posthog.events_hourly WHERE _segment = 0",
    );
    expect(await prove()).toMatchObject({ ok: true });
  });

  test("one uuid under two identities: sent twice is said, from another cluster is red", async () => {
    const { send, clickhouse, tally } = platform;
    const twice = eventMessage(77);
    await platform.producer.send({
      topic: platform.kafka.topic,
      messages: [
        { value: twice, partition: 0 },
        { value: twice, partition: 1 },
      ],
    });
    tally.count(twice);
    tally.count(twice);
    await untilStored(clickhouse, tally.events);
    const sentTwice = { duplicated: 0, sentTwice: 1 };
    expect(await prove()).toMatchObject({ ok: true, duplicatedByUuid: 0, ...sentTwice });
    await run(
      `INSERT INTO posthog.events SELECT * REPLACE ('another' AS _cluster_id) FROM posthog.events
       WHERE uuid IN (SELECT uuid FROM posthog.events GROUP BY uuid HAVING count() > 1) AND _partition = 1`,
    );
    expect(await prove()).toMatchObject({ ok: false, duplicatedByUuid: 1, ...sentTwice });
    await run(
      "ALTER TABLE posthog.events DELETE WHERE uuid IN (SELECT uuid FROM posthog.events GROUP BY uuid HAVING count() > 1)",
    );
    await send(0, 3);
    tally.events -= 2;
    await untilStored(clickhouse, tally.events);
  });

  test("one row deleted is red, with its offset; below the given cut it does not count", async () => {
    await run("ALTER TABLE posthog.events DELETE WHERE _partition = 0 AND _offset = 11");
    for (const sources of ["all", "kafka", "archive"]) {
      const result = await prove({ sources });
      const first = result.partitions.find(({ partition }) => partition === 0);
      expect(first?.missingRanges[0]).toEqual({ from: 11, to: 11 });
      expect(result.ok).toBe(false);
    }
    const { clusterId, topicId } = await topicState(platform.kafka);
    const since = [{ clusterId, topicId, partition: 0, contiguous: 12 }];
    const later = await prove({ since, sources: "archive" });
    expect(later.partitions.find(({ partition }) => partition === 0)?.missing).toBe(0);
  });

  test("an object of a cluster that is gone has not arrived: its offsets are named, and not red", async () => {
    const { topicId, topic } = await topicState(platform.kafka);
    const gone = { clusterId: "gone", topicId, topic, partition: 0 };
    for (const from of [0, 200]) {
      const records = Array.from({ length: 100 }, (_, each) => ({
        ...{ topic, partition: 0, offset: from + each, timestamp: 1_800_000_000_000 },
        // Records without a value: there is nothing of them to store.
        ...{ key: null, value: null, headers: [] },
      }));
      const key = buildKey({
        ...{ ...gone, epoch: 1, lastOffset: from + 99 },
        ...{ earliest: 1_800_000_000_000, latest: 1_800_000_000_000 },
      });
      const lines = records.map((record) => `${encodeRecord(record)}\n`).join("");
      await s3.store.put(s3.vault.archive, key, await packLines(Buffer.from(lines)));
    }
    const context = new TestContext();
    const result = await command.run(
      connection,
      command.params.parse({ sources: "archive", derivedWaitSeconds: 3 }),
      context,
    );
    const proof = result.partitions.find(({ clusterId }) => clusterId === "gone");
    expect(proof).toMatchObject({
      ...{ expected: 200, empty: 200, missing: 0, gaps: 100 },
      gapRanges: [{ from: 100, to: 199 }],
    });
    expect(context.said.join("\n")).toContain(
      "the widest gap is 100 to 199 of partition 0 of gone",
    );
    expect(result.reasons.join()).not.toMatch(/gap|100 to 199/);
  });
});
