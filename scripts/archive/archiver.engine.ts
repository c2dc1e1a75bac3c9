import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Producer } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killedAt, SILENT_CONTEXT } from "../../tests/harness/killed.ts";
import { cleanUpAfterFile, onCleanup } from "../../tests/harness/process.ts";
import { startKafka } from "../../tests/harness/kafka.ts";
import { startS3, type TestS3 } from "../../tests/harness/s3.ts";
import type { Context } from "../command.ts";
import type { Connection } from "../connection.ts";
import { claim } from "../fence/claim.ts";
import { createFence } from "../fence/epoch.ts";
import { withControl } from "../fence/control.ts";
import { clientOptions, kafkaJs } from "../kafka/client.ts";
import { applyTopology } from "../kafka/topology.ts";
import { type ArchiverOptions, type ArchiverResult, runArchiver } from "./archiver.ts";
import { type ArchivedRecord, decodeRecord } from "./envelope.ts";
import { parseKey } from "./layout.ts";
import { readLines } from "./objects.ts";
import { archiveProgress } from "./source.ts";

cleanUpAfterFile();

const options: ArchiverOptions = {
  flushSeconds: 0.5,
  maxObjectBytes: 1 << 20,
  maxObjectRecords: 1000,
  maxBufferedBytes: 4 << 20,
  statusSeconds: 0.5,
  sessionTimeoutSeconds: 6,
};

let s3: TestS3;
let base: Connection;
let topicCount = 0;

beforeAll(async () => {
  s3 = await startS3();
  const { connection } = await startKafka({ brokers: 1, partitions: 2 });
  base = { ...connection, vault: s3.vault, control: s3.control };
  await withControl(s3.control, (store) => claim(store, base));
});
afterAll(() => s3.stop());

/** A topic of the test's own, and a connection to it. */
async function freshTopic(): Promise<Connection> {
  const { kafka } = base;
  if (kafka === undefined) throw new Error("no Kafka");
  const topic = `events-${++topicCount}`;
  const own = { ...kafka, topic };
  await applyTopology(own, [{ name: topic, partitions: 2, configs: {} }], undefined, {
    progress: () => undefined,
    warn: () => undefined,
  });
  return { ...base, kafka: own };
}

interface Running {
  readonly done: Promise<ArchiverResult>;
  readonly lines: string[];
  stop(): Promise<ArchiverResult>;
}

function start(connection: Connection, changed: Partial<ArchiverOptions> = {}): Running {
  const abort = new AbortController();
  const lines: string[] = [];
  const context: Context = {
    signal: abort.signal,
    ready: () => undefined,
    progress: (line) => lines.push(line),
    warn: (line) => lines.push(`warning: ${line}`),
  };
  const done = runArchiver(connection, { ...options, ...changed }, context);
  done.catch(() => undefined);
  const stop = (): Promise<ArchiverResult> => {
    abort.abort();
    return done;
  };
  onCleanup(() =>
    stop().then(
      () => undefined,
      () => undefined,
    ),
  );
  return { done, lines, stop };
}

async function archived(connection: Connection): Promise<ArchivedRecord[]> {
  const all: ArchivedRecord[] = [];
  for await (const { key } of s3.store.list("archive", "e1/")) {
    if (parseKey(key)?.topic !== connection.kafka?.topic) continue;
    for await (const line of readLines(s3.store, "archive", key)) all.push(decodeRecord(line));
  }
  return all.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

async function caughtUp(connection: Connection, running?: Running): Promise<void> {
  const { kafka } = connection;
  if (kafka === undefined) throw new Error("no Kafka");
  for (let attempt = 0; attempt < 300; attempt++) {
    const progress = await archiveProgress(kafka);
    if (progress.every(({ lag }) => lag === 0)) return;
    await sleep(100);
  }
  throw new Error(`the archive did not catch up within 30 s: ${running?.lines.join("\n") ?? ""}`);
}

async function produce(connection: Connection, count: number, partition?: number): Promise<void> {
  const { kafka } = connection;
  if (kafka?.producer === undefined) throw new Error("no producer");
  const producer = kafkaJs(kafka, { kind: "scram", ...kafka.producer }).producer();
  await producer.connect();
  const messages = Array.from({ length: count }, (_, n) => ({
    key: `k${n}`,
    value: JSON.stringify({ n, text: "x".repeat(200) }),
    ...(partition === undefined ? {} : { partition }),
  }));
  await producer.send({ topic: kafka.topic, messages });
  await producer.disconnect();
}

const offsets = (records: readonly ArchivedRecord[], partition: number): number[] =>
  records.filter((record) => record.partition === partition).map(({ offset }) => offset);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe("archiver", () => {
  it("gives back every byte of nasty records", async () => {
    const connection = await freshTopic();
    const { kafka } = connection;
    if (kafka?.producer === undefined) throw new Error("no producer");
    const client = kafkaJs(kafka, { kind: "scram", ...kafka.producer });
    const producer = client.producer();
    await producer.connect();
    const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");
    const messages = [
      { key: null, value: null },
      { key: "", value: "" },
      { key: bytes("ff00fe"), value: bytes("eda08041") },
      { key: "ключ\u0000\n", value: '\ufeff{"a":1}', timestamp: "1700000000123" },
      { key: "big", value: "x".repeat(900_000) },
      {
        value: "headers",
        headers: {
          same: ["first", bytes("c328"), "third"],
          constructor: "c",
          __proto__x: "p",
          empty: "",
          "10": "ten",
          "9": "nine",
        },
      },
    ];
    for (const message of messages) {
      await producer.send({ topic: kafka.topic, messages: [{ ...message, partition: 0 }] });
    }
    await producer.disconnect();
    const running = start(connection);
    await caughtUp(connection, running);
    await running.stop();

    const records = await archived(connection);
    expect(offsets(records, 0)).toEqual(upTo(messages.length));
    const expected = messages.map(({ key = null, value }) => ({
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
    }));
    expect(records.map(({ key, value }) => ({ key, value }))).toEqual(expected);
    expect(records[3]?.timestamp).toBe(1_700_000_000_123);
    // The order in which kafkajs' producer sends them: numbers first, as JavaScript has it.
    expect(records[5]?.headers).toEqual([
      [Buffer.from("9"), Buffer.from("nine")],
      [Buffer.from("10"), Buffer.from("ten")],
      [Buffer.from("same"), Buffer.from("first")],
      [Buffer.from("same"), bytes("c328")],
      [Buffer.from("same"), Buffer.from("third")],
      [Buffer.from("constructor"), Buffer.from("c")],
      [Buffer.from("__proto__x"), Buffer.from("p")],
      [Buffer.from("empty"), Buffer.from("")],
    ]);
    const status = await s3.store.getText("control", "main/announcements/archiver.json");
    expect(JSON.parse(status ?? "")).toMatchObject({
      topic: kafka.topic,
      epoch: 1,
      lag: expect.any(Number) as number,
    });
  });

  it("reads every codec, leaves out what was aborted, and no lag behind a transaction", async () => {
    const connection = await freshTopic();
    const { kafka } = connection;
    if (kafka?.producer === undefined) throw new Error("no producer");
    const login = { kind: "scram", ...kafka.producer } as const;
    const plain = new Producer(clientOptions(kafka, login));
    const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
    for (const compression of codecs) {
      const value = Buffer.from(compression.repeat(100));
      await plain.send({ messages: [{ topic: kafka.topic, partition: 0, value }], compression });
    }
    await plain.close();
    const transactional = kafkaJs(kafka, login).producer({
      transactionalId: "producer-test",
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await transactional.connect();
    for (const outcome of ["abort", "commit", "abort"] as const) {
      const transaction = await transactional.transaction();
      await transaction.send({ topic: kafka.topic, messages: [{ value: outcome, partition: 1 }] });
      await transaction[outcome]();
    }
    await transactional.disconnect();
    const running = start(connection);
    await caughtUp(connection, running);
    await running.stop();
    const values = (await archived(connection)).map(({ value }) => value?.toString());
    expect(values).toEqual([...codecs.map((codec) => codec.repeat(100)), "commit"]);
  });

  it("waits and loses nothing while the store is full or does not answer", async () => {
    const connection = await freshTopic();
    let trouble = true;
    const proxy = createServer((request, response) => {
      if (trouble && request.method === "PUT") {
        request.resume();
        response.writeHead(507).end();
        return;
      }
      const { hostname, port } = new URL(s3.root.endpoint);
      const { method, headers, url: path } = request;
      const forward = httpRequest({ hostname, port, method, headers, path }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      forward.on("error", () => response.destroy());
      request.pipe(forward);
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    onCleanup(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const { port } = proxy.address() as AddressInfo;
    const vault = { ...s3.vault, endpoint: `http://127.0.0.1:${port}` };
    // More than fits into memory's bound: consumption has to wait too.
    await produce(connection, 2000, 0);
    const running = start({ ...connection, vault }, { maxBufferedBytes: 64 << 10 });
    await sleep(4000);
    expect(running.lines.some((line) => /cannot be written, trying again/.test(line))).toBe(true);
    expect(await archived(connection)).toEqual([]);
    trouble = false;
    await caughtUp(connection, running);
    await running.stop();
    expect(offsets(await archived(connection), 0)).toEqual(upTo(2000));
  });

  it("goes on after a kill between PUT and commit: nothing is missing, nothing is there twice", async () => {
    const connection = await freshTopic();
    await produce(connection, 500, 0);
    await killedAt(
      "archive.after-put",
      `import { runArchiver } from ${JSON.stringify(join(import.meta.dirname, "archiver.ts"))};
       await runArchiver(${JSON.stringify(connection)}, ${JSON.stringify(options)}, ${SILENT_CONTEXT});`,
    );
    expect(offsets(await archived(connection), 0)).toEqual(upTo(500));
    expect((await archiveProgress(connection.kafka ?? fail()))[0]?.next).toBeNull();

    await produce(connection, 100, 0);
    const running = start(connection);
    await caughtUp(connection);
    await running.stop();
    expect(offsets(await archived(connection), 0)).toEqual(upTo(600));
  });

  it("splits the work between two, and drops what was revoked instead of writing it late", async () => {
    const connection = await freshTopic();
    const first = start(connection, { flushSeconds: 3 });
    await produce(connection, 300);
    await sleep(1500);
    const second = start(connection);
    await produce(connection, 300);
    await caughtUp(connection);
    await first.stop();
    await produce(connection, 300);
    await caughtUp(connection);
    await second.stop();
    const records = await archived(connection);
    const distinct = new Set(records.map(({ partition, offset }) => `${partition}/${offset}`));
    expect(distinct.size).toBe(900);
    expect(records.length).toBe(900);
  });

  it("stops by name when the archive has another record at an offset", async () => {
    const connection = await freshTopic();
    await produce(connection, 10, 1);
    const running = start(connection);
    await caughtUp(connection);
    await running.stop();
    // Another cluster's archiver under the same prefix, one offset further on.
    const keys: string[] = [];
    for await (const { key } of s3.store.list("archive", "e1/")) {
      if (parseKey(key)?.topic === connection.kafka?.topic) keys.push(key);
    }
    const [key = ""] = keys;
    const line = JSON.stringify({
      key: "k",
      value: "somebody else's",
      headers: {},
      metadata: { timestamp: 1, topic: connection.kafka?.topic, partition: 1, offset: 10 },
    });
    const foreign = `${key.slice(0, key.lastIndexOf("/"))}/000000000010_1_1.json`;
    await s3.store.put("archive", foreign, `${line}\n`);
    await produce(connection, 1, 1);
    await expect(start(connection).done).rejects.toThrow(
      /000000000010_1_1\.json.*another record at offset 10/s,
    );
    expect((await archiveProgress(connection.kafka ?? fail()))[1]?.next).toBe(10);
  });

  it("says which login is refused", async () => {
    const connection = await freshTopic();
    const kafka = {
      ...(connection.kafka ?? fail()),
      archiver: { username: "archiver", password: "wrong" },
    };
    await expect(start({ ...connection, kafka }).done).rejects.toThrow(/refuses the login/);
    const vault = { ...s3.vault, secretAccessKey: "wrong" };
    await produce(connection, 1, 0);
    await expect(start({ ...connection, vault }).done).rejects.toThrow(
      /does not accept the access key/,
    );
  });

  it("refuses to start for a fenced epoch, and stops when it is fenced", async () => {
    const connection = await freshTopic();
    const line = "drill-fence";
    await withControl(s3.control, (store) => claim(store, { ...connection, line }));
    const running = start({ ...connection, line });
    await sleep(1500);
    await withControl(s3.control, (store) =>
      createFence(store, line, {
        epoch: 2,
        owner: "the other side",
        stack: "local-dr",
        role: "standby",
        region: "west",
        recoveryId: "r1",
        kind: "lease",
        reason: "region lost",
      }),
    );
    await expect(running.done).rejects.toThrow(/fenced: epoch 2 .*local-dr/);
    await expect(start({ ...connection, line }).done).rejects.toThrow(/fenced: epoch 2 .*local-dr/);
  });
});

function fail(): never {
  throw new Error("the connection has no Kafka");
}
