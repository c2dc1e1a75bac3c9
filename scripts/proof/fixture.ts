import { packLines } from "../archive/objects.ts";
import { encodeRecord } from "../archive/envelope.ts";
import { buildKey } from "../archive/layout.ts";
import type { Context } from "../command.ts";
import type { KafkaConnection, VaultSide } from "../connection.ts";
import { readRange, type RawRecord } from "../kafka/reader.ts";
import { topicState } from "../kafka/topics.ts";
import type { ObjectStore } from "../vault/s3.ts";

/** Archives `[from, to)` of one partition as one object, as the archiver does. */
export async function archiveRange(
  store: ObjectStore,
  vault: VaultSide,
  kafka: KafkaConnection,
  partition: number,
  from: number,
  to: number,
  epoch = 1,
): Promise<string> {
  const { clusterId, topicId, topic } = await topicState(kafka);
  const records: RawRecord[] = [];
  await readRange(kafka, { partition, from, to }, (batch) => {
    records.push(...batch);
  });
  const last = records.at(-1);
  if (last === undefined) throw new Error(`nothing to archive in ${from} to ${to}`);
  const key = buildKey({
    epoch,
    clusterId,
    topicId,
    topic,
    partition,
    lastOffset: last.offset,
    earliest: Math.min(...records.map(({ timestamp }) => timestamp)),
    latest: Math.max(...records.map(({ timestamp }) => timestamp)),
  });
  const lines = records.map((record) => `${encodeRecord({ ...record, topic, partition })}\n`);
  await store.put(vault.archive, key, await packLines(Buffer.from(lines.join(""))));
  return key;
}

/** A command's context that keeps what was said. */
export class TestContext implements Context {
  readonly said: string[] = [];
  readonly signal = new AbortController().signal;
  progress(message: string): void {
    this.said.push(message);
  }
  warn(message: string): void {
    this.said.push(`! ${message}`);
  }
  ready(): void {
    // Nobody waits for it.
  }
}
