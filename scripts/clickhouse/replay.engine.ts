import { beforeAll, describe, expect, it } from "vitest";
import { startClickHouse } from "../../tests/harness/clickhouse.ts";
import type { TestClickHouse } from "../../tests/harness/clickhouse.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import type { TestS3 } from "../../tests/harness/s3.ts";
import { buildKey } from "../archive/layout.ts";
import { attachIngest } from "./attach.ts";
import type { AttachResult } from "./attach.ts";
import { ClickHouse } from "./client.ts";
import { compareHashes, hashIdentityTables } from "./contenthash.ts";
import { archiveTopic, eventMessage, startPlatform, stored, untilStored } from "./fixture.ts";
import type { TestPlatform } from "./fixture.ts";
import { highestPresent } from "./present.ts";
import { replay } from "./replay.ts";
import type { ReplayResult } from "./replay.ts";
import { structureStatements } from "./schema.ts";

cleanUpAfterFile();

const ALL = [0, 1, 2, 3];

let platform: TestPlatform;
let s3: TestS3;
let source: { clusterId: string; topicId: string };
let attached: AttachResult;

async function freshServer(): Promise<{ server: TestClickHouse; clickhouse: ClickHouse }> {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3.root;
  const server = await startClickHouse({
    disks: [{ name: "vault", bucket: "backups", endpoint, region, accessKeyId, secretAccessKey }],
  });
  const clickhouse = new ClickHouse(server.connection);
  onCleanup(() => clickhouse.close());
  for (const statement of structureStatements()) await clickhouse.run(statement);
  return { server, clickhouse };
}

const everything = (): { clusterId: string; topicId: string; cuts: Map<number, number> } => ({
  ...source,
  cuts: new Map(),
});

const run = async (clickhouse: ClickHouse, cuts?: Map<number, number>): Promise<ReplayResult> =>
  replay(
    clickhouse,
    { vault: s3.vault, line: "main" },
    [cuts === undefined ? everything() : { ...source, cuts }],
    silentReporter,
  );

async function expectEqual(clickhouse: ClickHouse): Promise<void> {
  const cut = { ...source, next: new Map(ALL.map((each) => [each, 1e12])) };
  const [expected, found] = await Promise.all([
    hashIdentityTables(platform.clickhouse, [cut]),
    hashIdentityTables(clickhouse, [cut]),
  ]);
  expect(compareHashes(expected, found)).toEqual([]);
  expect(found.length).toBeGreaterThan(4);
  expect(await stored(clickhouse)).toEqual(await stored(platform.clickhouse));
}

beforeAll(async () => {
  [platform, s3] = await Promise.all([startPlatform(), startS3()]);
  onCleanup(() => s3.stop());
  const { send, producer, kafka, tally, options, clickhouse } = platform;
  attached = await attachIngest(options);
  await send(0, 20_000);
  const odd = ["nope", Buffer.from([0xff, 0x00, 0x80]), null, "", '{"uuid":"\\ud800"}', "☃"];
  await producer.send({
    topic: kafka.topic,
    messages: odd.map((value) => ({ value, partition: 1, key: Buffer.from([0xff]) })),
  });
  tally.poison = odd.length - 2;
  const values = [eventMessage(1, { properties: { an: "object", is: [1, 2.5, null] } })];
  await producer.send({
    topic: kafka.topic,
    messages: values.map((value) => ({ value, partition: 1, timestamp: "1" })),
  });
  for (const value of values) tally.count(value);
  await untilStored(clickhouse, tally.events);
  const topic = await clickhouse.one<{ id: string }>(
    "SELECT any(_topic_id) AS id FROM posthog.events",
  );
  source = { clusterId: kafka.clusterId, topicId: topic.id };
});

describe("replay", () => {
  it("gives the consumed rows column by column, overlaps of two epochs once", async () => {
    expect(attached.cursors).toHaveLength(4);
    const objects =
      (await archiveTopic(platform, s3, ALL, { epoch: 1, step: 700 })) +
      (await archiveTopic(platform, s3, ALL, { epoch: 2, step: 1100, overlap: 300 }));
    const { clickhouse } = await freshServer();
    const first = await run(clickhouse);
    expect(first).toMatchObject({
      rowsInserted: platform.tally.events,
      deadLettered: platform.tally.poison,
      quarantined: 0,
      collapsed: 0,
      objects,
    });
    await expectEqual(clickhouse);

    expect(await run(clickhouse)).toMatchObject({ rowsInserted: 0, deadLettered: 0, collapsed: 0 });
    await expectEqual(clickhouse);
  });

  it("inserts only what lies at or above the cut and is not there", async () => {
    const { clickhouse } = await freshServer();
    await run(clickhouse);
    await clickhouse.run("ALTER TABLE posthog.events DELETE WHERE _offset BETWEEN 500 AND 599", {
      settings: { mutations_sync: 2 },
    });
    const above = new Map(ALL.map((partition) => [partition, 550]));
    expect(await run(clickhouse, above)).toMatchObject({ rowsInserted: 200 });
    const from = new Map(ALL.map((partition) => [partition, 0]));
    expect(await run(clickhouse, from)).toMatchObject({ rowsInserted: 200 });
    await expectEqual(clickhouse);
  });

  it("is exact after being killed half-way, server and all", async () => {
    const { server, clickhouse } = await freshServer();
    const deadline = Date.now() + 30_000;
    const killed = run(clickhouse).catch(() => undefined);
    while ((await highestPresent(clickhouse, source)).size < 2 && Date.now() < deadline);
    await server.crashAndRestart();
    await killed;
    await run(clickhouse);
    await expectEqual(clickhouse);
  });

  it("refuses a topic that is being consumed", async () => {
    await expect(run(platform.clickhouse)).rejects.toThrow(/detach/);
  });

  it("names a damaged object and changes nothing of what is there", async () => {
    const { clickhouse } = await freshServer();
    await run(clickhouse);
    const key = buildKey({
      epoch: 3,
      ...source,
      topic: platform.kafka.topic,
      partition: 0,
      lastOffset: 99_999,
      earliest: 1,
      latest: 2,
    });
    await s3.store.put("archive", key, Buffer.from("no zstd at all"));
    await expect(run(clickhouse)).rejects.toThrow(/cannot be replayed/);
    await expectEqual(clickhouse);
  });
});
