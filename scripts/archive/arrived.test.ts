import { expect, test } from "vitest";
import type { CutPartition } from "../ledger/schema.ts";
import { lackingIn } from "./arrived.ts";
import { lensesLine, MemoryStore, putFirehose, putLenses } from "./fixture.ts";

const topic = { clusterId: "C", topicId: "T", topic: "events" };
const at = "2026-11-22T12:00:00.000Z";
const ends = (...next: number[]) => ({ at, topicId: "T", next });

function archive(cuts: readonly CutPartition[] = []) {
  const store = new MemoryStore();
  const put = (partition: number, offsets: readonly number[], epoch = 1) => {
    const of = { ...topic, partition };
    const lines = offsets.map((offset) => lensesLine(of, { offset, value: "v" }));
    return putLenses(store, of, lines, offsets.at(-1) ?? 0, epoch);
  };
  return { store, put, lacking: lackingIn({ store, bucket: "archive", line: "main", cuts }) };
}
const cut = (partition: number, contiguous: number): CutPartition => ({
  ...topic,
  partition,
  committed: contiguous,
  contiguous,
});

test("what is in no object and below no cut is lacking, and has come when its object has", async () => {
  const { put, lacking } = archive([cut(0, 3)]);
  put(0, [2, 3, 4]);
  put(1, [0, 1]);
  expect(await lacking("C", ends(7, 2, 1))).toEqual([
    { partition: 0, offsets: 2, first: 5 },
    { partition: 2, offsets: 1, first: 0 },
  ]);
  put(0, [5, 6], 2);
  put(2, [0]);
  expect(await lacking("C", ends(7, 2, 1))).toEqual([]);
});

test("copies arrive in no order: a hole is lacking though later offsets are there", async () => {
  const { put, lacking } = archive();
  put(0, [0, 1]);
  put(0, [4, 5]);
  expect(await lacking("C", ends(6))).toEqual([{ partition: 0, offsets: 2, first: 2 }]);
});

test("an object's name is not believed", async () => {
  const { store, lacking } = archive();
  const of = { ...topic, partition: 0 };
  putLenses(store, of, [lensesLine(of, { offset: 0, value: "v" })], 5);
  expect(await lacking("C", ends(6))).toEqual([{ partition: 0, offsets: 5, first: 1 }]);
});

test("another cluster's and another topic's offsets count for nothing", async () => {
  const { put, lacking } = archive([cut(0, 9)]);
  put(0, [0, 1, 2]);
  expect(await lacking("D", ends(2))).toEqual([{ partition: 0, offsets: 2, first: 0 }]);
  expect(await lacking("C", { ...ends(2), topicId: "U" })).toHaveLength(1);
});

test("what Firehose wrote is read too", async () => {
  const { store, lacking } = archive();
  const lines = [0, 1].map((offset) =>
    JSON.stringify({
      metadata: { ...{ topic: "events", partition: 1, offset, timestamp: 1 } },
      value: Buffer.from("v").toString("base64"),
      valueIsArray: true,
    }),
  );
  putFirehose(store, topic, `${lines.join("\n")}\n`);
  expect(await lacking("C", ends(0, 3))).toEqual([{ partition: 1, offsets: 1, first: 2 }]);
});
