import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { consumerBootstrap } from "../kafka-connection.ts";
import type { ClickHouse } from "./client.ts";
import type { Source } from "./present.ts";

/** Where the Kafka table and its view live: forgotten at every restart (docs/decisions/002). */
const STREAMING = "streaming";

/** A clean stop takes under a second; a consumer that cannot log in any more may never end, ms. */
const STOP_TIMEOUT_MS = 30_000;

export type IngestState =
  /** Consumes this source as this login. */
  | "running"
  /** Nothing that could consume exists. */
  | "stopped"
  /** Something is there that does not consume this source, or only half of what it takes. */
  | "foreign";

/** Rows a block has at most, and how long a block is collected, ms: what a crash leaves open. */
const BLOCK_ROWS = 65_536;
const FLUSH_MS = 500;

/**
 * Creates the Kafka table and the view that reads it: from here on ClickHouse consumes. Everything
 * that must be right before (fence, fill, cursors) is the caller's.
 */
export async function openIngest(
  clickhouse: ClickHouse,
  kafka: KafkaConnection,
  source: Source,
  segment: number,
): Promise<void> {
  await clickhouse.run(`CREATE DATABASE IF NOT EXISTS ${STREAMING} ENGINE = Memory`);
  await clickhouse.run(
    `CREATE TABLE ${STREAMING}.kafka_events (value String) ENGINE = Kafka SETTINGS
       kafka_broker_list = ${text(consumerBootstrap(kafka))},
       kafka_topic_list = ${text(kafka.topic)},
       kafka_group_name = ${text(kafka.group)},
       kafka_format = 'RawBLOB',
       kafka_num_consumers = ${Math.min(2, kafka.partitions)},
       kafka_thread_per_consumer = 1,
       kafka_max_block_size = ${BLOCK_ROWS},
       kafka_poll_max_batch_size = ${BLOCK_ROWS},
       kafka_flush_interval_ms = ${FLUSH_MS}`,
  );
  await clickhouse.run(
    `CREATE MATERIALIZED VIEW ${STREAMING}.kafka_to_stream TO ${clickhouse.database}.stream AS
     SELECT value, ${text(source.clusterId)} AS _cluster_id, ${text(source.topicId)} AS _topic_id,
       _topic, toUInt32(_partition) AS _partition, _offset,
       ifNull(_timestamp_ms, toDateTime64(0, 3, 'UTC')) AS _timestamp,
       toUInt32(${segment}) AS _segment
     FROM ${STREAMING}.kafka_events`,
  );
}

/**
 * Ends consuming for good: first the Kafka table, whose removal waits for the block in flight (a
 * view that is dropped first does not, and the block could be committed without being written).
 * The group is empty a session timeout later. Nothing there: nothing happens.
 */
export async function closeIngest(clickhouse: ClickHouse): Promise<void> {
  await inTime(
    (async () => {
      await clickhouse.run(`DROP TABLE IF EXISTS ${STREAMING}.kafka_events SYNC`);
      await clickhouse.run(`DROP TABLE IF EXISTS ${STREAMING}.kafka_to_stream SYNC`);
    })().catch((error: unknown) => {
      if ((error as { type?: string }).type !== "UNKNOWN_DATABASE") throw error;
    }),
  );
}

/** Whether there is anything that could consume, asked of ClickHouse alone. */
export async function hasStreamingTables(clickhouse: ClickHouse): Promise<boolean> {
  const { n } = await clickhouse.one<{ n: number }>(
    "SELECT count() AS n FROM system.tables WHERE database = {database: String}",
    { database: STREAMING },
  );
  return n === 2;
}

/** What consumes at the moment, by the definitions that are there. */
export async function ingestState(
  clickhouse: ClickHouse,
  kafka: KafkaConnection,
  source: Source,
): Promise<IngestState> {
  const found = await clickhouse.query<{ name: string; definition: string }>(
    `SELECT name, create_table_query AS definition FROM system.tables WHERE database = {database: String}`,
    { database: STREAMING },
  );
  if (found.length === 0) return "stopped";
  const holds = (name: string, ...words: string[]): boolean =>
    found.some(
      (each) => each.name === name && words.every((word) => each.definition.includes(word)),
    );
  const ours =
    holds("kafka_events", text(consumerBootstrap(kafka)), text(kafka.topic), text(kafka.group)) &&
    holds("kafka_to_stream", text(source.clusterId), text(source.topicId));
  return ours ? "running" : "foreign";
}

/** Whether this server consumes the given topic of the given cluster at the moment. */
export async function isConsuming(clickhouse: ClickHouse, source: Source): Promise<boolean> {
  const { n } = await clickhouse.one<{ n: number }>(
    `SELECT count() AS n FROM system.tables WHERE database = {database: String}
       AND name = 'kafka_to_stream' AND position(create_table_query, {clusterId: String}) > 0
       AND position(create_table_query, {topicId: String}) > 0`,
    { database: STREAMING, clusterId: text(source.clusterId), topicId: text(source.topicId) },
  );
  return n > 0;
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new UserError(
          `ClickHouse did not let go of its Kafka table within ${STOP_TIMEOUT_MS / 1000} s: its consumer waits ` +
            "for brokers that do not answer or refuse its login. Restart the ClickHouse server: the " +
            "table does not survive that, everything else does. Then run this again.",
        ),
      );
    }, STOP_TIMEOUT_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A string literal. */
const text = (value: string): string =>
  `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
