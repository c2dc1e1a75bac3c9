import { randomUUID } from "node:crypto";
import type { Producer } from "kafkajs";
import { UserError } from "../command.ts";
import type { KafkaConnection } from "../connection.ts";
import { kafkaJs } from "./client.ts";

/** The event name of a canary. */
export const CANARY_EVENT = "$canary";
/** No customer's: rows of this team are nobody's. */
export const CANARY_TEAM = 0;

export interface Canary {
  readonly uuid: string;
  readonly partition: number;
  readonly offset: number;
}

/** Sends canary events over one connection. Close it when done. */
export interface CanarySender {
  /** Acknowledged by every in-sync replica when it resolves. */
  send(): Promise<Canary>;
  close(): Promise<void>;
}

/** @throws UserError when the connection holds no producer's login */
export async function openCanarySender(kafka: KafkaConnection): Promise<CanarySender> {
  if (kafka.producer === undefined) {
    throw new UserError(
      "the connection holds no producer's login (`kafka.producer`): a canary cannot be sent. Use " +
        "the stack's own connection.",
    );
  }
  const producer = kafkaJs(kafka, { kind: "scram", ...kafka.producer }, "canary").producer({
    // A retry after a lost answer must not leave two events of one uuid.
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  return {
    send: () => sendOne(producer, kafka.topic),
    close: () => producer.disconnect(),
  };
}

/** One canary event over a connection of its own. */
export async function sendCanary(kafka: KafkaConnection): Promise<Canary> {
  const sender = await openCanarySender(kafka);
  try {
    return await sender.send();
  } finally {
    await sender.close();
  }
}

async function sendOne(producer: Producer, topic: string): Promise<Canary> {
  const uuid = randomUUID();
  const [sent] = await producer.send({
    topic,
    acks: -1,
    messages: [{ key: uuid, value: JSON.stringify(canaryEvent(uuid, new Date())) }],
  });
  if (sent?.baseOffset === undefined) throw new Error("Kafka acknowledged no canary");
  return { uuid, partition: sent.partition, offset: Number(sent.baseOffset) };
}

/** As on PostHog's `clickhouse_events_json` topic. */
export function canaryEvent(uuid: string, at: Date): Record<string, unknown> {
  const time = at.toISOString().replace("T", " ").replace("Z", "");
  return {
    uuid,
    event: CANARY_EVENT,
    properties: "{}",
    timestamp: time,
    team_id: CANARY_TEAM,
    distinct_id: "canary",
    elements_chain: "",
    created_at: time,
  };
}
