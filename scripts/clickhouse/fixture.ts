import { randomUUID } from "node:crypto";
import type { Producer } from "kafkajs";
import type { ClickHouseKafkaIdentity } from "../../engines/clickhouse.ts";
import { startServers } from "../../tests/harness/clickhouse.ts";
import type { startClickHouse, TestClickHouse } from "../../tests/harness/clickhouse.ts";
import { startKafka } from "../../tests/harness/kafka.ts";
import type { TestKafka, TestKafkaOptions } from "../../tests/harness/kafka.ts";
import { onCleanup } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import type { TestS3 } from "../../tests/harness/s3.ts";
import { encodeRecord } from "../archive/envelope.ts";
import { buildKey } from "../archive/layout.ts";
import { packLines } from "../archive/objects.ts";
import type { KafkaConnection } from "../connection.ts";
import { certificateOf } from "../kafka-connection.ts";
import { kafkaJs } from "../kafka/client.ts";
import { readRange } from "../kafka/reader.ts";
import type { RawRecord } from "../kafka/reader.ts";
import { topicState } from "../kafka/topics.ts";
import { applyTopology } from "../kafka/topology.ts";
import type { IngestOptions } from "./attach.ts";
import { ClickHouse } from "./client.ts";
import { createStructure } from "./shards.ts";

/** A message as on PostHog's `clickhouse_events_json` topic. */
export function eventMessage(index: number, more: Record<string, unknown> = {}): string {
  const time = new Date(1_700_000_000_000 + index * 1000).toISOString();
  return JSON.stringify({
    uuid: randomUUID(),
    event: `event ${index % 7}`,
    properties: JSON.stringify({ index, name: "Zürich → ☃" }),
    timestamp: time.replace("T", " ").replace("Z", ""),
    team_id: 1 + (index % 5),
    distinct_id: `person ${index % 50}`,
    elements_chain: "",
    created_at: time,
    ...more,
  });
}

/** What the producers of a test had acknowledged: the truth to compare with. */
export class Tally {
  /** `team hour` to events. */
  readonly hours = new Map<string, number>();
  events = 0;
  poison = 0;
  empty = 0;

  count(value: string): void {
    const { team_id, timestamp } = JSON.parse(value) as { team_id: number; timestamp: string };
    const key = `${team_id} ${timestamp.slice(0, 13)}`;
    this.hours.set(key, (this.hours.get(key) ?? 0) + 1);
    this.events += 1;
  }
}

export interface TestPlatform {
  readonly kafka: KafkaConnection;
  readonly brokers: TestKafka;
  /** By which ClickHouse logs in to the brokers. */
  readonly identity?: ClickHouseKafkaIdentity;
  /** The first shard's, or the only one. */
  readonly server: TestClickHouse;
  readonly servers: readonly TestClickHouse[];
  readonly clickhouse: ClickHouse;
  readonly producer: Producer;
  readonly tally: Tally;
  readonly options: IngestOptions;
  /** Sends events round robin over the partitions, `count` from `index`; counts them. */
  readonly send: (index: number, count: number) => Promise<void>;
}

/** A broker with topic and logins, a ClickHouse server with the structure, and nothing that consumes. */
export async function startPlatform(
  more: {
    readonly partitions?: number;
    readonly mode?: TestKafkaOptions["mode"];
    /** Servers that hold the events together. @default 1 */
    readonly shards?: number;
  } = {},
  clickhouseOptions: Parameters<typeof startClickHouse>[0] = {},
): Promise<TestPlatform> {
  const partitions = more.partitions ?? 4;
  const brokers = await startKafka({ brokers: 1, partitions, mode: more.mode ?? "kraft" });
  const topology = await applyTopology(
    brokers.kafka,
    [{ name: brokers.kafka.topic, partitions, configs: { "max.message.bytes": "4194304" } }],
    brokers.kafka.consumer?.name,
    silentReporter,
  );
  const kafka = { ...brokers.kafka, clusterId: topology.clusterId };
  const login = kafka.consumer && certificateOf(kafka.consumer);
  const identity = login && {
    ca: kafka.ca,
    certificate: login.certificate,
    privateKey: login.privateKey,
  };
  const { servers, connection } = await startServers(more.shards ?? 1, {
    ...(identity && { kafka: identity }),
    ...clickhouseOptions,
  });
  const [server] = servers;
  if (server === undefined) throw new Error("no server");
  const clickhouse = new ClickHouse(connection);
  onCleanup(() => clickhouse.close());
  await createStructure(clickhouse, { replicated: false });
  const scram = kafka.producer ?? { username: "", password: "" };
  const producer = kafkaJs(kafka, { kind: "scram", ...scram }, "test-producer").producer();
  await producer.connect();
  onCleanup(() => producer.disconnect());
  const tally = new Tally();
  return {
    kafka,
    brokers,
    ...(identity && { identity }),
    server,
    servers,
    clickhouse,
    producer,
    tally,
    options: { clickhouse, kafka, reporter: silentReporter },
    send: async (index, count) => {
      const values = Array.from({ length: count }, (_, each) => eventMessage(index + each));
      await producer.send({
        topic: kafka.topic,
        messages: values.map((value, each) => ({ value, partition: each % partitions })),
      });
      for (const value of values) tally.count(value);
    },
  };
}

/** What lies in ClickHouse, in the terms of the tally. */
export async function stored(clickhouse: ClickHouse): Promise<{
  rows: number;
  identities: number;
  deadLetters: number;
  quarantined: number;
  hours: Map<string, number>;
}> {
  const [counts] = await clickhouse.query<{
    rows: number;
    identities: number;
    deadLetters: number;
    quarantined: number;
  }>(`SELECT count() AS rows, uniqExact(_cluster_id, _topic_id, _partition, _offset) AS identities,
      (SELECT count() FROM posthog.dead_letters) AS deadLetters,
      (SELECT count() FROM posthog.quarantine) AS quarantined FROM posthog.events`);
  const hours = await clickhouse.query<{ key: string; n: number }>(
    `SELECT concat(toString(team_id), ' ', substring(toString(hour), 1, 13)) AS key, sum(events) AS n
     FROM posthog.events_hourly GROUP BY key HAVING n <> 0`,
  );
  const found = counts ?? { rows: 0, identities: 0, deadLetters: 0, quarantined: 0 };
  return { ...found, hours: new Map(hours.map(({ key, n }) => [key, n])) };
}

/** Waits until `count` events are stored. */
export async function untilStored(clickhouse: ClickHouse, count: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { identities } = await stored(clickhouse);
    if (identities >= count) return;
    if (Date.now() > deadline) throw new Error(`${identities} of ${count} events after 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Archives what Kafka holds of the partitions in objects of `step` records that overlap by `overlap`. */
export async function archiveTopic(
  { kafka }: TestPlatform,
  s3: TestS3,
  partitions: readonly number[],
  { epoch = 1, step = 700, overlap = 0 } = {},
): Promise<number> {
  const { clusterId, topicId, topic } = await topicState(kafka);
  let objects = 0;
  for (const partition of partitions) {
    const records: RawRecord[] = [];
    await readRange(kafka, { partition, from: 0, to: 1e9 }, (batch) => {
      records.push(...batch);
    });
    for (let start = 0; start < records.length; start += step) {
      const slice = records.slice(Math.max(0, start - overlap), start + step);
      const lines = slice.map((record) => `${encodeRecord({ topic, partition, ...record })}\n`);
      const key = buildKey({
        epoch,
        clusterId,
        topicId,
        topic,
        partition,
        lastOffset: slice.at(-1)?.offset ?? 0,
        earliest: slice[0]?.timestamp ?? 0,
        latest: slice.at(-1)?.timestamp ?? 0,
      });
      const body = await packLines(Buffer.from(lines.join("")));
      await s3.store.put("archive", key, body);
      objects += 1;
    }
  }
  return objects;
}
