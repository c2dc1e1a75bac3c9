import { beforeAll, describe, expect, it } from "vitest";
import { runArchiver } from "../../scripts/archive/archiver.ts";
import { type ArchivedRecord, decodeRecord } from "../../scripts/archive/envelope.ts";
import { parseKey } from "../../scripts/archive/layout.ts";
import { readLines } from "../../scripts/archive/objects.ts";
import { archiveProgress } from "../../scripts/archive/source.ts";
import { backup } from "../../scripts/backup/backup.ts";
import { attachIngest, detachIngest } from "../../scripts/clickhouse/attach.ts";
import { ClickHouse } from "../../scripts/clickhouse/client.ts";
import { compareHashes, hashIdentityTables } from "../../scripts/clickhouse/contenthash.ts";
import {
  eventMessage,
  startPlatform,
  stored,
  type TestPlatform,
  untilStored,
} from "../../scripts/clickhouse/fixture.ts";
import { structureStatements } from "../../scripts/clickhouse/schema.ts";
import pickLedger from "../../scripts/commands/pick-ledger.ts";
import prove from "../../scripts/commands/prove.ts";
import replay from "../../scripts/commands/replay.ts";
import type { Connection } from "../../scripts/connection.ts";
import { kafkaJs } from "../../scripts/kafka/client.ts";
import { topicState } from "../../scripts/kafka/topics.ts";
import { applyTopology } from "../../scripts/kafka/topology.ts";
import type { PickedLedger } from "../../scripts/ledger/picked.ts";
import type { ProofResult } from "../../scripts/proof/prove.ts";
import { restore } from "../../scripts/restore/restore.ts";
import { verifyRestore } from "../../scripts/restore/verify.ts";
import { startClickHouse } from "../harness/clickhouse.ts";
import { protectedConnection } from "../harness/connection.ts";
import { cleanUpAfterFile, onCleanup } from "../harness/process.ts";
import { silentReporter } from "../harness/reporter.ts";
import { startS3, type TestS3 } from "../harness/s3.ts";

cleanUpAfterFile();

let platform: TestPlatform;
let s3: TestS3;
let connection: Connection;

beforeAll(async () => {
  s3 = await startS3();
  platform = await startPlatform({}, { disks: [{ name: "vault", bucket: "backups", ...s3.root }] });
  connection = await protectedConnection(platform, s3);
  await attachIngest(platform.options);
});

const proof = (of: Connection, sources: "all" | "archive" | "kafka"): Promise<ProofResult> =>
  prove.run(of, prove.params.parse({ sources, deep: true }), silentReporter);

/** Archives until nothing waits any more. */
async function archiveAll(): Promise<void> {
  const abort = new AbortController();
  const limits = { maxObjectBytes: 2 << 20, maxObjectRecords: 1000, maxBufferedBytes: 8 << 20 };
  const running = runArchiver(
    connection,
    { ...limits, flushSeconds: 0.5, statusSeconds: 0.5, sessionTimeoutSeconds: 6 },
    { ...silentReporter, signal: abort.signal },
  );
  running.catch(() => undefined);
  const caughtUp = async (): Promise<boolean> =>
    (await archiveProgress(platform.kafka)).every(({ lag }) => lag === 0);
  await expect.poll(caughtUp, { timeout: 60_000, interval: 200 }).toBe(true);
  abort.abort();
  await running;
}

/** A new server that has nothing but the vault: what a recovery after the loss of Kafka fills. */
async function recover(
  recoveryId: string,
  picked: PickedLedger,
): Promise<{
  readonly of: Connection;
  readonly clickhouse: ClickHouse;
  readonly replayed: number;
}> {
  const server = await startClickHouse({
    disks: [{ name: "vault", bucket: "backups", ...s3.root }],
  });
  const clickhouse = new ClickHouse(server.connection);
  onCleanup(() => clickhouse.close());
  for (const statement of structureStatements()) await clickhouse.run(statement);
  const { kafka: _gone, ...rest } = connection;
  const of = { ...rest, clickhouse: server.connection };
  await restore(of, recoveryId, picked.ledger, silentReporter);
  expect(await verifyRestore(of, picked.ledger, silentReporter)).toMatchObject({ equal: true });
  const { rowsInserted } = await replay.run(of, replay.params.parse({ picked }), silentReporter);
  return { of, clickhouse, replayed: rowsInserted };
}

const pick = (): Promise<PickedLedger> =>
  pickLedger.run(connection, { deep: true }, silentReporter);

describe("an empty topic", () => {
  it("is archived, proven, backed up and recovered as nothing", async () => {
    expect(await archiveProgress(platform.kafka)).toHaveLength(4);
    expect(await proof(connection, "all")).toMatchObject({ ok: true, expected: 0, missing: 0 });
    const made = await backup(connection, undefined, silentReporter);
    const picked = await pick();
    expect(picked).toMatchObject({ ledger: made.id, rejected: [] });
    expect(picked.cuts.map(({ contiguous }) => contiguous)).toEqual([0, 0, 0, 0]);
    const { of, clickhouse, replayed } = await recover("empty", picked);
    expect(replayed).toBe(0);
    expect(await stored(clickhouse)).toMatchObject({ rows: 0, deadLetters: 0 });
    expect(await proof(of, "archive")).toMatchObject({ ok: true, expected: 0 });
  });
});

describe("odd events", () => {
  const key = Buffer.from("ff00c328", "hex");
  const header = Buffer.from("eda080fe", "hex");
  const big = eventMessage(1, { properties: JSON.stringify({ big: "☃".repeat(350_000) }) });
  const odd = [big, eventMessage(2), Buffer.from("fffe00", "hex"), "", null];

  it("of 1 MB, with keys, headers and values that are not UTF-8: archive and back, byte by byte", async () => {
    const { producer, kafka, tally, clickhouse, send } = platform;
    expect(Buffer.byteLength(big)).toBeGreaterThan(1_000_000);
    await send(10, 1000);
    const first = (await topicState(kafka)).partitions[1]?.latest ?? 0;
    await producer.send({
      topic: kafka.topic,
      messages: odd.map((value) => ({ key, value, headers: { odd: header }, partition: 1 })),
    });
    for (const value of [big, odd[1] as string]) tally.count(value);
    await untilStored(clickhouse, tally.events);
    await archiveAll();
    const records: ArchivedRecord[] = [];
    for await (const { key: object } of s3.store.list("archive", "e1/")) {
      if (parseKey(object)?.partition !== 1) continue;
      for await (const line of readLines(s3.store, "archive", object)) {
        const record = decodeRecord(line);
        if (record.offset >= first) records.push(record);
      }
    }
    expect(records.map(({ value }) => value)).toEqual(
      odd.map((value) => (value === null ? null : Buffer.from(value))),
    );
    for (const record of records) {
      expect(record.key).toEqual(key);
      expect(record.headers).toEqual([[Buffer.from("odd"), header]]);
    }
  });

  it("without any usable backup: everything comes from the archive, equal and proven", async () => {
    // The vault's only backup is of the empty topic; a side that trusts no key can use none.
    const untrusted = await pickLedger.run(
      { ...connection, trust: {} },
      { deep: true },
      silentReporter,
    );
    expect(untrusted).toMatchObject({ ledger: null, cuts: [] });
    expect(untrusted.rejected[0]?.reason).toMatch(/not trusted/);
    const { of, clickhouse, replayed } = await recover("archive-alone", untrusted);
    const { tally } = platform;
    expect(replayed).toBe(tally.events);
    const { clusterId, topicId } = await topicState(platform.kafka);
    const all = { clusterId, topicId, next: new Map([0, 1, 2, 3].map((each) => [each, 1e12])) };
    const [consumed, recovered] = await Promise.all([
      hashIdentityTables(platform.clickhouse, [all]),
      hashIdentityTables(clickhouse, [all]),
    ]);
    expect(compareHashes(consumed, recovered)).toEqual([]);
    expect((await stored(clickhouse)).hours).toEqual(tally.hours);
    expect(await proof(of, "archive")).toMatchObject({
      ok: true,
      present: tally.events,
      deadLettered: 1,
      empty: 2,
      missing: 0,
      duplicated: 0,
      content: { different: 0 },
    });
  });
});

describe("a topic whose partition count differs from the ledger's", () => {
  it("is refused while settings say otherwise, and recovered whole", async () => {
    const { kafka, clickhouse, tally, options } = platform;
    const made = await backup(connection, undefined, silentReporter);
    const admin = kafkaJs(kafka, {
      kind: "scram",
      ...(kafka.admin ?? { username: "", password: "" }),
    }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: kafka.topic, count: 6 }] });
    await admin.disconnect();
    const declared = { name: kafka.topic, partitions: kafka.partitions, configs: {} };
    await expect(
      applyTopology(kafka, [declared], kafka.consumer?.name, silentReporter),
    ).rejects.toThrow(/has 6 partitions, but 4 are declared: nothing was changed.*Declare 6/s);

    // A consumer notices new partitions within minutes; one that begins now does at once.
    await detachIngest(clickhouse, kafka);
    await attachIngest(options);
    const values = Array.from({ length: 60 }, (_, each) => eventMessage(5000 + each));
    // kafkajs drops messages to a partition that it has not heard of yet: one that begins now has.
    const login = kafka.producer ?? { username: "", password: "" };
    const producer = kafkaJs(kafka, { kind: "scram", ...login }).producer();
    await producer.connect();
    await producer.send({
      topic: kafka.topic,
      messages: values.map((value, each) => ({ value, partition: each % 6 })),
    });
    await producer.disconnect();
    for (const value of values) tally.count(value);
    await untilStored(clickhouse, tally.events);
    await archiveAll();
    const picked = await pick();
    expect(picked.ledger).toBe(made.id);
    expect(picked.cuts).toHaveLength(4);
    const { of, replayed } = await recover("grown", picked);
    expect(replayed).toBe(values.length);
    expect(await proof(of, "archive")).toMatchObject({ ok: true, present: tally.events });
    const next = await backup(connection, undefined, silentReporter);
    expect(next.chain).toContain(made.id);
    expect((await pick()).cuts).toHaveLength(6);
  });
});
