import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Consumer } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startKafka } from "../../tests/harness/kafka.ts";
import type { TestKafka, TestKafkaOptions } from "../../tests/harness/kafka.ts";
import type { KafkaConnection } from "../connection.ts";
import { grantConsumer, listAcls, restoreAcls, revokeAll, revokeGroup } from "./acls.ts";
import { attack } from "./attack.ts";
import { sendCanary } from "./canary.ts";
import { clientOptions, consumerLogin, kafkaJs, withAdmin } from "./client.ts";
import { groupState, waitEmpty } from "./groups.ts";
import { readGroupOffsets, writeGroupOffsets } from "./offsets.ts";
import { readRange } from "./reader.ts";
import type { RawRecord } from "./reader.ts";
import { topicState } from "./topics.ts";
import { applyTopology, captureTopology, compareTopology } from "./topology.ts";

const SESSION_MS = 2000;

/** What must hold on a cluster of two brokers, whoever keeps its metadata. */
export function clusterSuite(mode: NonNullable<TestKafkaOptions["mode"]>): void {
  let cluster: TestKafka;
  let kafka: KafkaConnection;

  beforeAll(async () => {
    const start = Date.now();
    cluster = await startKafka({ mode, epoch: 2 });
    console.log(`${mode}: ready ${String(Date.now() - start)} ms after the start`);
    kafka = cluster.kafka;
  });

  afterAll(() => cluster.stop());

  const topics = () => [
    {
      name: kafka.topic,
      partitions: kafka.partitions,
      configs: { "max.message.bytes": "8388608" },
    },
  ];
  const consumerOf = (epoch: number) => {
    const all = [...kafka.formerConsumers, ...(kafka.consumer ? [kafka.consumer] : [])];
    const login = all.find((each) => each.epoch === epoch);
    if (login === undefined) throw new Error(`no consumer of epoch ${String(epoch)}`);
    return login;
  };
  const producerOf = (transactionalId?: string) => {
    if (!kafka.producer) throw new Error("no producer");
    return kafkaJs(kafka, { kind: "scram", ...kafka.producer }).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      ...(transactionalId === undefined ? {} : { transactionalId }),
    });
  };
  const readAll = async (partition: number, isolation?: "read_uncommitted") => {
    const records: RawRecord[] = [];
    const result = await readRange(
      kafka,
      { partition, from: 0, to: Number.MAX_SAFE_INTEGER },
      (batch) => void records.push(...batch),
      isolation ? { isolation } : {},
    );
    return { records, result };
  };

  describe("topology", () => {
    it("makes topics, logins and rules, and changes nothing the second time", async () => {
      const first = await applyTopology(kafka, topics(), "clickhouse-e1", silentReporter);
      const said: string[] = [];
      const second = await applyTopology(kafka, topics(), "clickhouse-e1", {
        ...silentReporter,
        progress: (line) => void said.push(line),
      });
      expect(second).toEqual(first);
      expect(said).toEqual([]);
      expect(compareTopology(first, await captureTopology(kafka))).toEqual([]);
      expect(first.clusterId).toBe(kafka.clusterId);
      expect(first.logins).toEqual(["admin", "archiver", "producer"]);
      expect(first.topics[0]).toMatchObject({ partitions: 4, replicationFactor: 2 });
      expect(first.acls.filter((acl) => acl.resourceName === "*")).toEqual([]);
      expect(first.acls).toHaveLength(12);
    });

    it("takes a rule of ours away that nobody declared", async () => {
      await grantConsumer(kafka, "clickhouse-e0");
      await applyTopology(kafka, topics(), "clickhouse-e1", silentReporter);
      const principals = new Set((await listAcls(kafka)).map((acl) => acl.principal));
      expect([...principals].sort()).toEqual([
        "User:archiver",
        "User:clickhouse-e1",
        "User:producer",
      ]);
    });

    it("leaves whoever consumes alone when it is not told who does", async () => {
      const before = await listAcls(kafka);
      await applyTopology(kafka, topics(), undefined, silentReporter);
      expect(await listAcls(kafka)).toEqual(before);
    });

    it("refuses another partition count, another cluster and a later epoch, changing nothing", async () => {
      const before = await captureTopology(kafka);
      const more = topics().map((topic) => ({ ...topic, partitions: 5 }));
      await expect(applyTopology(kafka, more, undefined, silentReporter)).rejects.toThrow(
        /has 4 partitions, but 5 are declared/,
      );
      const elsewhere = { ...kafka, clusterId: "AAAAAAAAAAAAAAAAAAAAAA" };
      await expect(applyTopology(elsewhere, topics(), undefined, silentReporter)).rejects.toThrow(
        /not AAAAAAAAAAAAAAAAAAAAAA/,
      );
      await expect(applyTopology(kafka, topics(), "clickhouse-e0", silentReporter)).rejects.toThrow(
        /later epoch already consumes/,
      );
      expect(await captureTopology(kafka)).toEqual(before);
    });
  });

  describe("access", () => {
    it("refuses a wrong password, an unknown login and a client without a certificate", async () => {
      for (const login of [
        { username: "producer", password: "wrong" },
        { username: "nobody", password: "wrong" },
      ]) {
        await expect(
          withAdmin(kafka, (admin) => admin.metadata({ topics: [] }), { kind: "scram", ...login }),
        ).rejects.toThrow(/refuses the login/);
      }
      const bare = { ...kafka, ca: kafka.ca };
      const admin = kafkaJs(bare, { kind: "certificate", certificate: "", privateKey: "" }).admin();
      await expect(admin.connect()).rejects.toThrow();
      await admin.disconnect();
    });

    it("lets the producer write and not read", async () => {
      await sendCanary(kafka);
      if (!kafka.producer) throw new Error("no producer");
      await expect(
        readRange(kafka, { partition: 0, from: 0, to: 10 }, () => undefined, {
          login: { kind: "scram", ...kafka.producer },
        }),
      ).rejects.toThrow(/TOPIC_AUTHORIZATION_FAILED/);
    });
  });

  describe("reader", () => {
    it("gives every byte of committed records and nothing of aborted ones", async () => {
      const big = randomBytes(1024 * 1024);
      const value = (text: string) => ({ value: text, partition: 0 });
      const before = (await readAll(0)).records.length;
      const producer = producerOf("producer-test");
      await producer.connect();
      const say = async (texts: string[], end: "commit" | "abort") => {
        const transaction = await producer.transaction();
        for (const text of texts) {
          await transaction.send({ topic: kafka.topic, acks: -1, messages: [value(text)] });
        }
        await (end === "commit" ? transaction.commit() : transaction.abort());
      };
      await say(["a", "b"], "commit");
      await say(["lost 1", "lost 2"], "abort");
      await say(["lost 3"], "abort");
      await say(["c"], "commit");
      await producer.disconnect();
      const plain = producerOf();
      await plain.connect();
      await plain.send({
        topic: kafka.topic,
        acks: -1,
        messages: [
          {
            partition: 0,
            key: Buffer.from([0xff, 0x00, 0xfe]),
            value: big,
            headers: { bytes: Buffer.from([0xc0, 0xaf]), twice: ["1", "2"] },
            timestamp: "1700000000123",
          },
          { partition: 0, key: null, value: null },
        ],
      });
      await plain.disconnect();

      const { records, result } = await readAll(0);
      const mine = records.slice(before);
      expect(mine.map((each) => (each.value ?? "").toString()).slice(0, 3)).toEqual([
        "a",
        "b",
        "c",
      ]);
      const [bytes, empty] = mine.slice(3);
      expect(bytes?.key).toEqual(Buffer.from([0xff, 0x00, 0xfe]));
      expect(bytes?.value?.equals(big)).toBe(true);
      expect(bytes?.timestamp).toBe(1_700_000_000_123);
      expect(bytes?.headers.map(([name, each]) => [name.toString(), each])).toEqual([
        ["bytes", Buffer.from([0xc0, 0xaf])],
        ["twice", Buffer.from("1")],
        ["twice", Buffer.from("2")],
      ]);
      expect(empty).toMatchObject({ key: null, value: null });
      const latest = (await topicState(kafka)).partitions[0]?.latest;
      expect(result).toMatchObject({ next: latest, missing: null });

      const all = (await readAll(0, "read_uncommitted")).records.slice(before);
      expect(all.filter((each) => each.value?.toString().startsWith("lost"))).toHaveLength(3);
    });

    it("stops before an open transaction and starts inside an aborted one", async () => {
      const producer = producerOf("producer-open");
      await producer.connect();
      const { next } = (await readAll(1)).result;
      const transaction = await producer.transaction();
      for (const value of ["x", "y", "z"]) {
        await transaction.send({
          topic: kafka.topic,
          acks: -1,
          messages: [{ value, partition: 1 }],
        });
      }
      expect((await readAll(1)).result.next).toBe(next);
      await transaction.abort();
      await producer.disconnect();
      const seen: RawRecord[] = [];
      const inside = await readRange(
        kafka,
        { partition: 1, from: next + 1, to: next + 4 },
        (batch) => void seen.push(...batch),
      );
      expect(seen).toEqual([]);
      expect(inside.next).toBe(next + 4);
    });

    it("says what retention has taken, and which partition there is not", async () => {
      const producer = producerOf();
      await producer.connect();
      for (const value of ["1", "2", "3", "4"]) {
        await producer.send({ topic: kafka.topic, acks: -1, messages: [{ value, partition: 2 }] });
      }
      await producer.disconnect();
      const base = (await topicState(kafka)).partitions[2];
      if (!base) throw new Error("no partition");
      const cut = base.latest - 2;
      await withAdmin(kafka, (admin) =>
        admin.deleteRecords({
          topics: [{ name: kafka.topic, partitions: [{ partition: 2, offset: BigInt(cut) }] }],
        }),
      );
      const { records, result } = await readAll(2);
      expect(records.map((each) => each.value?.toString())).toEqual(["3", "4"]);
      expect(result).toMatchObject({ logStart: cut, missing: { from: 0, to: cut }, records: 2 });
      await expect(
        readRange(kafka, { partition: 9, from: 0, to: 1 }, () => undefined),
      ).rejects.toThrow(/no partition 9: it has 4/);
    });
  });

  describe("one consumer", () => {
    const join = async (epoch: number) => {
      const consumer = new Consumer({
        ...clientOptions(kafka, consumerLogin(consumerOf(epoch))),
        clientId: `test-e${String(epoch)}`,
        groupId: kafka.group,
        sessionTimeout: SESSION_MS,
        heartbeatInterval: 300,
        retries: 10,
      });
      const rows: number[] = [];
      const stream = await consumer.consume({ topics: [kafka.topic], mode: "earliest" });
      stream.on("data", () => rows.push(Date.now()));
      stream.on("error", () => undefined);
      return { consumer, stream, rows };
    };
    const resume = async () => {
      const { partitions } = await topicState(kafka);
      return partitions.map(({ partition, latest }) => ({ partition, offset: latest }));
    };

    it("lets epoch 1 consume; cursors cannot be moved under it; no attack is refused", async () => {
      const { consumer, stream, rows } = await join(1);
      try {
        await expect.poll(() => rows.length, { timeout: 10_000 }).toBeGreaterThan(0);
        expect(await groupState(kafka)).toMatchObject({ state: "STABLE", empty: false });
        await expect(writeGroupOffsets(kafka, await resume())).rejects.toThrow(
          /moving its cursors under a live consumer/,
        );
        expect(await attack(kafka, consumerOf(1))).toMatchObject({ refused: false });
      } finally {
        await stream.close();
        await consumer.close();
      }
    });

    it("fences epoch 1 at once, by group and by assign, and lets epoch 2 in", async () => {
      const { consumer, stream, rows } = await join(1);
      const producer = producerOf();
      await producer.connect();
      const feed = setInterval(() => {
        void producer.send({ topic: kafka.topic, acks: -1, messages: [{ value: "tick" }] });
      }, 50);
      try {
        await expect.poll(() => rows.length, { timeout: 10_000 }).toBeGreaterThan(2);
        const start = Date.now();
        await revokeGroup(kafka, "clickhouse-e1");
        const revoked = Date.now() - start;
        const seconds = await waitEmpty(kafka, { timeoutSeconds: 20 });
        await revokeAll(kafka, "clickhouse-e1");
        await sleep(300); // What the client had fetched before.
        const known = rows.length;
        await sleep(1000);
        expect(rows.length).toBe(known);
        const result = await attack(kafka, consumerOf(1));
        expect(result).toEqual({
          refused: true,
          groupError: "GROUP_AUTHORIZATION_FAILED",
          assignError: "TOPIC_AUTHORIZATION_FAILED",
        });
        const last = (rows.at(-1) ?? start) - start;
        console.log(
          `${mode}: revoked in ${String(revoked)} ms, last row ${String(last)} ms, ` +
            `empty after ${seconds.toFixed(1)} s`,
        );
        expect(revoked).toBeLessThan(5000);
      } finally {
        clearInterval(feed);
        await producer.disconnect();
        await stream.close().catch(() => undefined);
        await consumer.close().catch(() => undefined);
      }
      await grantConsumer(kafka, "clickhouse-e2");
      expect(await attack(kafka, consumerOf(2))).toMatchObject({ refused: false });
      await waitEmpty(kafka);
    });

    it("writes cursors, reads them back, and takes none that do not fit", async () => {
      const cursors = await resume();
      const start = performance.now();
      await writeGroupOffsets(kafka, cursors);
      console.log(`${mode}: cursors set in ${(performance.now() - start).toFixed(0)} ms`);
      expect(await readGroupOffsets(kafka)).toEqual(cursors);
      const [first, ...rest] = cursors;
      if (!first) throw new Error("no partition");
      for (const wrong of [
        rest,
        [...cursors, first],
        [{ ...first, offset: first.offset + 1 }, ...rest],
        [{ ...first, offset: -1 }, ...rest],
        [...cursors, { partition: 9, offset: 0 }],
      ]) {
        await expect(writeGroupOffsets(kafka, wrong)).rejects.toThrow(/none was written/);
      }
      expect(await readGroupOffsets(kafka)).toEqual(cursors);
    });

    it("restores a ledger's rules without waking a fenced login", async () => {
      const ledger = await captureTopology(kafka);
      const old = { ...ledger.acls[0], principal: "User:clickhouse-e1" } as (typeof ledger.acls)[0];
      await revokeAll(kafka, "archiver");
      await revokeAll(kafka, "clickhouse-e2");
      const added = await restoreAcls(kafka, [...ledger.acls, old], "clickhouse-e2");
      expect(added).toHaveLength(8);
      expect(await listAcls(kafka)).toEqual(ledger.acls);
    });
  });

  it("comes back after kill -9 with every record, the same cluster and topic ids", async () => {
    const before = await captureTopology(kafka);
    const records = (await readAll(0)).records.map((each) => each.offset);
    for (const each of cluster.processes) each.kill();
    const start = Date.now();
    await cluster.restart();
    console.log(`${mode}: both brokers ready ${String(Date.now() - start)} ms after kill -9`);
    expect(await captureTopology(kafka)).toEqual(before);
    expect((await readAll(0)).records.map((each) => each.offset)).toEqual(records);
  });
}
