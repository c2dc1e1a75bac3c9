import { Kafka, logLevel, type Producer, type RecordMetadata } from "kafkajs";
import { between, type Random } from "../random.ts";
import type { AckBatch, AckRecord, Outcome } from "./acklog.ts";
import type { Message } from "./events.ts";
import type { KafkaTarget, ProducerSettings } from "./protocol.ts";

/** Messages of one send, by partition: the broker answers with one base offset for each. */
type Assigned = Map<number, Message[]>;

/** A transaction writes to that many partitions. */
const transactionPartitions = 2;

/**
 * Sends batches and says what became of every message. Every request goes to one partition: when one
 * of two brokers fails, kafkajs sends to the other one again although its answer is on its way, under
 * new sequence numbers, and the broker cannot tell that the events are there already.
 */
export class Sender {
  readonly #settings: ProducerSettings;
  readonly #target: KafkaTarget;
  readonly #producer: Producer;
  readonly #random: Random;
  #partitions = 0;
  readonly #kafka: Kafka;

  constructor(settings: ProducerSettings, target: KafkaTarget, random: Random) {
    this.#settings = settings;
    this.#target = target;
    this.#random = random;
    this.#kafka = new Kafka({
      clientId: `drill-${settings.name}`,
      brokers: target.bootstrap.split(","),
      logLevel: logLevel.NOTHING,
      connectionTimeout: 3000,
      requestTimeout: 8000,
      retry: { retries: 3, initialRetryTime: 200 },
      ...(target.securityProtocol === "PLAINTEXT"
        ? {}
        : {
            sasl: {
              mechanism: "scram-sha-512",
              username: target.username,
              password: target.password,
            },
          }),
    });
    this.#producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      ...(settings.mode === "transactional"
        ? { transactionalId: `producer-drill-${settings.name}`, transactionTimeout: 30_000 }
        : {}),
    });
  }

  async connect(): Promise<void> {
    await this.#producer.connect();
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [this.#target.topic] });
      this.#partitions = topics[0]?.partitions.length ?? 0;
    } finally {
      await admin.disconnect();
    }
    if (this.#partitions === 0) throw new Error(`topic ${this.#target.topic} has no partitions`);
  }

  async disconnect(): Promise<void> {
    await this.#producer.disconnect();
  }

  /** Never throws for the broker's sake: a send without an answer is in doubt, with its reason. */
  async send(messages: readonly Message[]): Promise<{ batches: AckBatch[]; trouble?: Error }> {
    const assigned = this.#assign(messages);
    try {
      const { answer, outcome } = await this.#deliver(assigned);
      return { batches: this.#batches(assigned, answer, outcome) };
    } catch (error) {
      return {
        batches: this.#batches(assigned, [], "in-doubt"),
        trouble: error instanceof Error ? error : new Error(String(error)),
      };
    }
  }

  #assign(messages: readonly Message[]): Assigned {
    const spread = this.#settings.mode === "idempotent" ? 1 : transactionPartitions;
    const drawn = Array.from({ length: spread }, () =>
      between(this.#random, 0, this.#partitions - 1),
    );
    const assigned: Assigned = new Map();
    for (const [index, message] of messages.entries()) {
      const partition = drawn[index % spread] ?? 0;
      const list = assigned.get(partition);
      if (list === undefined) assigned.set(partition, [message]);
      else list.push(message);
    }
    return assigned;
  }

  async #deliver(assigned: Assigned): Promise<{ answer: RecordMetadata[]; outcome: Outcome }> {
    if (this.#settings.mode === "idempotent") {
      return { answer: await this.#sendTo(this.#producer, assigned), outcome: "acknowledged" };
    }
    const transaction = await this.#producer.transaction();
    const answer = await this.#sendTo(transaction, assigned).catch(async (error: unknown) => {
      await transaction.abort().catch(() => undefined);
      throw error;
    });
    if (this.#random() < (this.#settings.abortShare ?? 0.03)) {
      await transaction.abort();
      return { answer, outcome: "aborted" };
    }
    await transaction.commit();
    return { answer, outcome: "acknowledged" };
  }

  async #sendTo(to: Pick<Producer, "send">, assigned: Assigned): Promise<RecordMetadata[]> {
    const { topic } = this.#target;
    const answers: RecordMetadata[] = [];
    for (const [partition, list] of assigned) {
      const messages = list.map(({ key, value, headers }) => ({ key, value, headers, partition }));
      answers.push(...(await to.send({ topic, messages, acks: -1 })));
    }
    return answers;
  }

  #batches(assigned: Assigned, answer: RecordMetadata[], outcome: Outcome): AckBatch[] {
    const at = Date.now();
    return [...assigned].map(([partition, messages]) => {
      const base = answer.find((one) => one.partition === partition)?.baseOffset;
      // kafkajs answers -1 when the broker had the batch already (a retry): offsets are then unknown.
      const known = base !== undefined && Number(base) >= 0;
      const records = messages.map((message, index): AckRecord => ({
        ...message,
        at,
        offset: known ? Number(base) + index : -1,
      }));
      return {
        clusterId: this.#target.clusterId,
        topic: this.#target.topic,
        partition,
        outcome: known ? outcome : "in-doubt",
        records,
      };
    });
  }
}
