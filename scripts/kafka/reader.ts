import { Base, FetchIsolationLevels } from "@platformatic/kafka";
import type {
  Admin,
  Connection as BrokerConnection,
  fetchV17,
  RecordsBatch,
} from "@platformatic/kafka";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { adminLogin, apiOf, brokerErrorName, clientOptions, withAdmin } from "./client.ts";
import type { KafkaLogin } from "./client.ts";
import { registerSnappyStreams } from "./codecs.ts";
import { describeTopic, topicMetadata } from "./topics.ts";
import { committedBatches, dataBatches } from "./transactions.ts";

/** One record as the broker keeps it, every byte of it. */
export interface RawRecord {
  readonly offset: number;
  /** Milliseconds since 1970; -1 when the record carries none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In order, duplicates kept. */
  readonly headers: readonly (readonly [name: Buffer, value: Buffer | null])[];
}

export interface ReadRange {
  readonly partition: number;
  /** First offset wanted. */
  readonly from: number;
  /** First offset not wanted any more. */
  readonly to: number;
}

export interface ReadOptions {
  /**
   * `read_committed` leaves out records of aborted transactions and stops before those of open
   * ones, as ClickHouse's consumer does.
   * @default "read_committed"
   */
  readonly isolation?: "read_committed" | "read_uncommitted";
  /** @default the administrator's */
  readonly login?: KafkaLogin;
  /** @default the events topic */
  readonly topic?: string;
  /** Memory bound of one fetch; a single larger message still passes. @default 1 MiB: records take tenfold in memory */
  readonly fetchBytes?: number;
  readonly signal?: AbortSignal;
}

export interface ReadResult {
  readonly records: number;
  /** The offset after the last one that was looked at; below `to` when the log ends before it. */
  readonly next: number;
  /** The log's start when reading began. */
  readonly logStart: number;
  /** Wanted offsets that retention had already taken: `[from, to)`, or null. */
  readonly missing: { readonly from: number; readonly to: number } | null;
}

type FetchApi = [...Parameters<typeof fetchV17.createRequest>];

/**
 * Reads a range of one partition straight from its leader: without a consumer group, so that it
 * neither disturbs nor is hindered by whoever consumes. `onBatch` gets the records in order of
 * offset and is awaited before the next fetch: memory stays bounded by one fetch.
 *
 * @throws UserError when retention overtakes the reading, or the partition does not exist
 */
export async function readRange(
  kafka: KafkaConnection,
  range: ReadRange,
  onBatch: (records: readonly RawRecord[]) => Promise<void> | void,
  options: ReadOptions = {},
): Promise<ReadResult> {
  registerSnappyStreams();
  const topic = options.topic ?? kafka.topic;
  const login = options.login ?? adminLogin(kafka);
  return withAdmin(
    kafka,
    async (admin) => {
      const state = await describeTopic(admin, topic);
      const bounds = state.partitions.find((each) => each.partition === range.partition);
      if (bounds === undefined) {
        throw new UserError(
          `the topic ${topic} has no partition ${String(range.partition)}: ` +
            `it has ${String(state.partitions.length)}. Nothing was read.`,
        );
      }
      const logStart = bounds.earliest;
      const start = Math.max(range.from, logStart);
      const missing =
        range.from < logStart && range.from < range.to
          ? { from: range.from, to: Math.min(logStart, range.to) }
          : null;
      const fetcher = new PartitionFetcher(kafka, admin, login, topic, range.partition, options);
      try {
        const read = await pump(fetcher, start, range.to, onBatch, options.signal);
        return { ...read, logStart, missing };
      } finally {
        await fetcher.close();
      }
    },
    login,
  );
}

async function pump(
  fetcher: PartitionFetcher,
  start: number,
  to: number,
  onBatch: (records: readonly RawRecord[]) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<{ records: number; next: number }> {
  let next = start;
  let records = 0;
  while (next < to) {
    signal?.throwIfAborted();
    const fetched = await fetcher.fetch(next);
    const wanted = fetched.records.filter(({ offset }) => offset >= next && offset < to);
    if (wanted.length > 0) await onBatch(wanted);
    records += wanted.length;
    if (fetched.next <= next) break; // The log, or what is committed of it, ends here.
    next = Math.min(fetched.next, to);
  }
  return { records, next };
}

/** Fetches one partition from whoever leads it now. */
class PartitionFetcher {
  readonly #client: Base;
  readonly #admin: Admin;
  readonly #topic: string;
  readonly #partition: number;
  readonly #committed: boolean;
  readonly #bytes: number;
  #leader: { connection: BrokerConnection; topicId: string } | undefined;

  constructor(
    kafka: KafkaConnection,
    admin: Admin,
    login: KafkaLogin,
    topic: string,
    partition: number,
    options: ReadOptions,
  ) {
    this.#client = new Base(clientOptions(kafka, login));
    this.#admin = admin;
    this.#topic = topic;
    this.#partition = partition;
    this.#committed = options.isolation !== "read_uncommitted";
    this.#bytes = options.fetchBytes ?? 1024 * 1024;
  }

  async fetch(from: number): Promise<{ records: RawRecord[]; next: number }> {
    for (let attempt = 0; ; attempt++) {
      try {
        return this.#decode(await this.#fetchOnce(from), from);
      } catch (error) {
        const name = brokerErrorName(error);
        if (name === "OFFSET_OUT_OF_RANGE") {
          throw new UserError(
            `offset ${String(from)} of partition ${String(this.#partition)} of ${this.#topic} is not in the ` +
              "log any more: retention took it while it was being read. Run this again; what Kafka no " +
              "longer has comes from the archive. Give the topic a longer retention.",
          );
        }
        if (attempt >= 20 || !isMoving(name, error)) throw error;
        this.#leader = undefined;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #fetchOnce(from: number): Promise<fetchV17.FetchResponsePartition> {
    this.#leader ??= await this.#findLeader();
    // Not the library's own Consumer.fetch: its filter keeps records of an aborted transaction
    // whose marker lies beyond the response, and knows one transaction a producer only.
    const api = await apiOf<FetchApi, fetchV17.FetchResponse>(this.#client, "Fetch");
    const response = await api.async(
      this.#leader.connection,
      500,
      1,
      this.#bytes,
      this.#committed ? FetchIsolationLevels.READ_COMMITTED : FetchIsolationLevels.READ_UNCOMMITTED,
      0,
      -1,
      [
        {
          topicId: this.#leader.topicId,
          partitions: [
            {
              partition: this.#partition,
              currentLeaderEpoch: -1,
              fetchOffset: BigInt(from),
              lastFetchedEpoch: -1,
              partitionMaxBytes: this.#bytes,
            },
          ],
        },
      ],
      [],
      "",
    );
    const partition = response.responses[0]?.partitions[0];
    if (partition === undefined) throw new Error("the broker answered a fetch without a partition");
    return partition;
  }

  async #findLeader(): Promise<{ connection: BrokerConnection; topicId: string }> {
    const metadata = await topicMetadata(this.#admin, this.#topic);
    const topic = metadata.topics.get(this.#topic);
    const leader = topic?.partitions[this.#partition]?.leader ?? -1;
    await this.#client.metadata({ topics: [], forceUpdate: true });
    const connection = (await this.#client.connectToBrokers([leader])).get(leader);
    if (topic === undefined || connection === undefined) {
      throw new LeaderlessError(
        `partition ${String(this.#partition)} of ${this.#topic} has no leader at the moment`,
      );
    }
    return { connection, topicId: topic.id };
  }

  #decode(
    response: fetchV17.FetchResponsePartition,
    from: number,
  ): { records: RawRecord[]; next: number } {
    const batches = response.records ?? [];
    const kept = this.#committed ? committedBatches(response, batches) : dataBatches(batches);
    const last = batches.at(-1);
    return {
      records: kept.flatMap(recordsOf),
      next: last ? Number(last.firstOffset) + last.lastOffsetDelta + 1 : from,
    };
  }
}

class LeaderlessError extends Error {}

function isMoving(name: string, error: unknown): boolean {
  return (
    error instanceof LeaderlessError ||
    (error as { code?: string }).code === "PLT_KFK_NETWORK" ||
    [
      "NOT_LEADER_OR_FOLLOWER",
      "LEADER_NOT_AVAILABLE",
      "REPLICA_NOT_AVAILABLE",
      "UNKNOWN_TOPIC_ID",
      "FENCED_LEADER_EPOCH",
      "UNKNOWN_LEADER_EPOCH",
      "KAFKA_STORAGE_ERROR",
      "OFFSET_NOT_AVAILABLE",
    ].includes(name)
  );
}

/** Attribute bit 3: the broker stamped the batch (`LogAppendTime`). */
const LOG_APPEND_TIME = 1 << 3;

function recordsOf(batch: RecordsBatch): RawRecord[] {
  const appended = (batch.attributes & LOG_APPEND_TIME) !== 0;
  return batch.records.map((record) => ({
    offset: Number(batch.firstOffset) + record.offsetDelta,
    timestamp: Number(appended ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta),
    key: record.key,
    value: record.value,
    headers: record.headers.map(([name, value]) => [name ?? Buffer.alloc(0), value] as const),
  }));
}
