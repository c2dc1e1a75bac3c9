import type { Consumer, EachBatchPayload } from "kafkajs";
import { describe, expect, it } from "vitest";
import type { ObjectStore } from "../vault/s3.ts";
import { parseKey } from "./layout.ts";
import { ArchiveWriter } from "./writer.ts";

const place = {
  line: "main",
  epoch: 1,
  clusterId: "cluster",
  topicId: "topic",
  topic: "events",
};

function harness() {
  const keys: string[] = [];
  const commits: number[] = [];
  const resolved: number[] = [];
  const store = {
    putIfAbsent: (_bucket: string, key: string) => {
      keys.push(key);
      return Promise.resolve({ created: true });
    },
    list: async function* () {
      // Nothing of an earlier run is there.
    },
  } as unknown as ObjectStore;
  const consumer = {
    commitOffsets: ([first]: { offset: string }[]) => {
      commits.push(Number(first?.offset));
      return Promise.resolve();
    },
  } as unknown as Consumer;
  const writer = new ArchiveWriter({
    consumer,
    store,
    bucket: "archive",
    place,
    limits: {
      flushSeconds: 60,
      maxObjectBytes: 1 << 20,
      maxObjectRecords: 1000,
      maxBufferedBytes: 4 << 20,
    },
    reporter: { progress: () => undefined, warn: () => undefined },
    totals: { records: 0, objects: 0, bytes: 0, lastFlushAt: null },
    fail: (error) => {
      throw error as Error;
    },
  });
  const batch = (from: number, to: number): EachBatchPayload =>
    ({
      batch: {
        topic: "events",
        partition: 0,
        messages: Array.from({ length: to - from + 1 }, (_, index) => ({
          offset: String(from + index),
          timestamp: "1",
          key: null,
          value: Buffer.from("value"),
          headers: {},
        })),
        lastOffset: () => String(to),
      },
      heartbeat: () => Promise.resolve(),
      isStale: () => false,
      resolveOffset: (offset: string) => resolved.push(Number(offset)),
    }) as unknown as EachBatchPayload;
  return { writer, batch, keys, commits, resolved };
}

describe("an archive writer", () => {
  it("makes what it took in durable, then commits", async () => {
    const { writer, batch, keys, commits, resolved } = harness();
    await writer.takeBatch(batch(0, 9));
    expect({ resolved, commits }).toEqual({ resolved: [9], commits: [] });
    await writer.drain();
    expect(keys.map((key) => parseKey(key)?.lastOffset)).toEqual([9]);
    expect(commits).toEqual([10]);
  });

  it("takes nothing of a session that is over: it was fetched behind records that are not durable", async () => {
    const { writer, batch, keys, commits, resolved } = harness();
    await writer.takeBatch(batch(0, 9));
    writer.close();
    // kafkajs hands over what a fetch of before brings.
    await writer.takeBatch(batch(10, 19));
    writer.passOver(0, 25);
    writer.tick();
    await writer.drain();
    expect({ keys, commits, resolved }).toEqual({ keys: [], commits: [], resolved: [9] });
    expect(writer.closed.aborted).toBe(true);
  });
});
