import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { killedAt } from "../../tests/harness/killed.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import type { TestS3 } from "../../tests/harness/s3.ts";
import { kafkaJs, withAdmin } from "../kafka/client.ts";
import { waitEmpty } from "../kafka/groups.ts";
import { readGroupOffsets, writeGroupOffsets } from "../kafka/offsets.ts";
import { attachIngest, detachIngest, setCursors } from "./attach.ts";
import type { CursorsResult } from "./attach.ts";
import { archiveTopic, eventMessage, startPlatform, stored, untilStored } from "./fixture.ts";
import type { TestPlatform } from "./fixture.ts";

cleanUpAfterFile();

let platform: TestPlatform;
let s3: TestS3;

const expectExact = async (): Promise<void> => {
  const { clickhouse, tally } = platform;
  const found = await stored(clickhouse);
  expect(found).toMatchObject({ rows: tally.events, identities: tally.events });
  expect(found.hours).toEqual(tally.hours);
};

const settled = async (afterRestore = true): Promise<CursorsResult> =>
  setCursors({ ...platform.options, vault: s3.vault }, { afterRestore });

const remove = async (where: string): Promise<void> =>
  platform.clickhouse.run(`ALTER TABLE posthog.events DELETE WHERE ${where}`, {
    settings: { mutations_sync: 2 },
  });

/** What retention does. */
async function expire(partition: number, before: number): Promise<void> {
  const { kafka } = platform;
  await withAdmin(kafka, (admin) =>
    admin.deleteRecords({
      topics: [{ name: kafka.topic, partitions: [{ partition, offset: BigInt(before) }] }],
    }),
  );
}

beforeAll(async () => {
  s3 = await startS3();
  onCleanup(() => s3.stop());
  const { endpoint, region, accessKeyId, secretAccessKey } = s3.root;
  platform = await startPlatform(
    {},
    {
      disks: [{ name: "vault", bucket: "backups", endpoint, region, accessKeyId, secretAccessKey }],
    },
  );
  const { options, kafka, clickhouse, tally, send } = platform;
  await attachIngest(options);
  // Partition 3 stays empty; transactions leave holes, an aborted one leaves records that nobody sees.
  const producer = kafkaJs(
    kafka,
    { kind: "scram", ...(kafka.producer ?? { username: "", password: "" }) },
    "test-transactions",
  ).producer({ transactionalId: "producer-test", maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  for (let round = 0; round < 40; round++) {
    const values = Array.from({ length: 50 }, (_, index) => eventMessage(round * 50 + index));
    const transaction = await producer.transaction();
    await transaction.send({
      topic: kafka.topic,
      messages: values.map((value, index) => ({ value, partition: index % 3 })),
    });
    if (round % 10 === 9) await transaction.abort();
    else {
      await transaction.commit();
      for (const value of values) tally.count(value);
    }
  }
  await producer.disconnect();
  await send(0, 0);
  await untilStored(clickhouse, tally.events);
  await detachIngest(clickhouse, kafka);
});

describe("settle", () => {
  it("changes nothing where nothing is wrong, however many holes transactions left", async () => {
    await expectExact();
    const result = await settled();
    expect(result).toMatchObject({ filledFromKafka: 0, filledFromArchive: 0, collapsed: 0 });
    expect(result.cursors.find(({ partition }) => partition === 3)?.resumeAt).toBe(0);
    expect(result.cursors.every(({ firstMissing }) => firstMissing === null)).toBe(true);
    await expectExact();
  });

  it("fills what a half-written block or a restored backup lacks, from Kafka", async () => {
    await remove(
      "_partition = 0 AND _offset BETWEEN 100 AND 149 OR _partition = 1 AND _offset = 7",
    );
    const lacking = platform.tally.events - (await stored(platform.clickhouse)).rows;
    expect(lacking).toBeGreaterThan(40);
    expect((await settled()).filledFromKafka).toBe(lacking);
    await expectExact();
  });

  it("leaves one of every row that came twice, and sums it once", async () => {
    const { clickhouse, tally } = platform;
    await clickhouse.run("SYSTEM STOP MERGES posthog.events");
    await clickhouse.run(
      "INSERT INTO posthog.events SELECT * FROM posthog.events WHERE _offset < 50",
    );
    await clickhouse.run("INSERT INTO posthog.events_hourly SELECT * FROM posthog.events_hourly");
    const surplus = (await stored(clickhouse)).rows - tally.events;
    expect(surplus).toBeGreaterThan(50);
    await clickhouse.run("SYSTEM START MERGES posthog.events");
    await settled();
    await expectExact();
  });

  it.each(["cursors.before-write", "cursors.after-write"])(
    "ends the same after being killed at %s",
    async (point) => {
      const { clickhouse, kafka, tally } = platform;
      const right = (await settled()).cursors.map(({ partition, resumeAt }) => ({
        partition,
        offset: resumeAt,
      }));
      const old = right.map(({ partition }) => ({ partition, offset: 0 }));
      await writeGroupOffsets(kafka, old);
      await remove("_partition = 2 AND _offset BETWEEN 30 AND 59");
      expect((await stored(clickhouse)).rows).toBeLessThan(tally.events);
      const module = (name: string): string => JSON.stringify(join(import.meta.dirname, name));
      await killedAt(
        point,
        `import { setCursors } from ${module("attach.ts")};
         import { ClickHouse } from ${module("client.ts")};
         await setCursors({
           clickhouse: new ClickHouse(${JSON.stringify(platform.server.connection)}),
           kafka: ${JSON.stringify(kafka)},
           reporter: { progress() {}, warn() {} },
         }, { afterRestore: true });`,
      );
      const written = point === "cursors.after-write" ? right : old;
      expect(await readGroupOffsets(kafka)).toEqual(written);
      expect(await settled()).toMatchObject({ filledFromKafka: 0, collapsed: 0 });
      expect(await readGroupOffsets(kafka)).toEqual(right);
      await expectExact();
    },
  );

  it("takes what retention has passed from the archive, and says what that lacks too", async () => {
    await archiveTopic(platform, s3, [0]);
    const { clickhouse, tally } = platform;
    await remove("_partition = 0 AND _offset BETWEEN 20 AND 69");
    const lacking = tally.events - (await stored(clickhouse)).rows;
    await expire(0, 60);
    const result = await settled();
    expect(result.filledFromArchive + result.filledFromKafka).toBe(lacking);
    expect(result.filledFromArchive).toBeGreaterThan(20);
    expect(result.cursors.every(({ firstMissing }) => firstMissing === null)).toBe(true);
    await expectExact();

    await remove("_partition = 1 AND _offset >= 200");
    await expire(1, 300);
    const lossy = await settled();
    const cursor = lossy.cursors.find(({ partition }) => partition === 1);
    // The marker of a transaction that retention took looks like a lost event: better said than not.
    expect(cursor?.firstMissing).toBeLessThanOrEqual(200);
    expect(cursor?.resumeAt).toBe(300);
  });

  it("then consumes on, exactly behind it", async () => {
    const { options, clickhouse, kafka, producer, tally } = platform;
    await waitEmpty(kafka);
    const before = await stored(clickhouse);
    await attachIngest(options);
    const value = eventMessage(5);
    await producer.send({ topic: kafka.topic, messages: [{ value, partition: 3 }] });
    tally.count(value);
    await untilStored(clickhouse, before.rows + 1);
    const found = await stored(clickhouse);
    expect(found.identities).toBe(found.rows);
    expect([...found.hours.values()].reduce((sum, n) => sum + n, 0)).toBe(found.rows);
  });
});
