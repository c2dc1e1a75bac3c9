import { describe, expect, it } from "vitest";
import { encodeRecord } from "./envelope.ts";
import { firehoseFolder, indexFirehose, isFirehoseFolder, parseFirehoseKey } from "./firehose.ts";
import { MemoryStore, putFirehose } from "./fixture.ts";
import { parseKey } from "./layout.ts";

const of = { clusterId: "C", topicId: "T", topic: "events" };
const line = (partition: number, offset: number, value: string | null = "v", topic = "events") =>
  encodeRecord({
    topic,
    partition,
    offset,
    timestamp: 5,
    key: null,
    value: value === null ? null : Buffer.from(value),
    headers: [],
  });
const index = (store: MemoryStore, until?: Date) =>
  indexFirehose(
    store,
    "archive",
    firehoseFolder({ ...of, epoch: 1 }),
    until === undefined ? {} : { until },
  );

describe("the layout of Firehose", () => {
  it.each([
    ["stream-1-2026-11-25-22-19-46-0af1", ""],
    ["stream-1-2026-11-25-22-19-46-0af1.gz", "gz"],
    ["stream-1-2026-11-25-22-19-46-0af1.json.gz", "json.gz"],
    ["a.b-1-2026-11-25-22-19-46-0af1.json", "json"],
    ["stream-1-2026-11-25-22-19-46-0af1.json.zst", "json.zst"],
  ])("knows %s", (name, extension) => {
    for (const line of ["main", "drill-x"]) {
      const folder = firehoseFolder({ ...of, epoch: 7, line });
      expect(isFirehoseFolder(folder)).toBe(true);
      const key = `${folder}2026/11/25/22/${name}`;
      expect(parseFirehoseKey(key)).toEqual({ ...of, epoch: 7, line, extension });
      expect(parseKey(key)).toBeUndefined();
    }
  });

  it.each([
    "e1/C/T/events/firehose/stream-1.gz",
    "e1/C/T/events/000000000001/000000000003_1_1.gz",
    "failed/e1/C/T/events/firehose/processing-failed/2026/11/25/22/x",
  ])("does not take %s for one of its objects", (key) => {
    expect(parseFirehoseKey(key)).toBeUndefined();
  });
});

describe("indexFirehose", () => {
  it("tells each partition's offsets, empty values, and objects with their last offset", async () => {
    const store = new MemoryStore();
    const first = putFirehose(store, of, [line(0, 0), line(1, 7), line(0, 1, null)].join("\n"));
    const second = putFirehose(store, of, `${line(0, 3)}${line(0, 4, "")}`);
    const found = await index(store);
    expect([...found.keys()]).toEqual([0, 1]);
    expect(found.get(0)).toMatchObject({
      topic: "events",
      offsets: [0, 1, 3, 4],
      empty: [1, 1, 4, 4],
    });
    expect(found.get(0)?.objects.map(({ key, lastOffset }) => [key, lastOffset])).toEqual([
      [first, 1],
      [second, 4],
    ]);
    expect(found.get(1)?.objects).toMatchObject([{ key: first, lastOffset: 7 }]);
  });

  it("takes the highest offset of an object, in whatever order its records stand", async () => {
    const store = new MemoryStore();
    putFirehose(store, of, [line(0, 5), line(0, 9), line(0, 2)].join("\n"));
    const found = await index(store);
    expect(found.get(0)?.objects.map(({ lastOffset }) => lastOffset)).toEqual([9]);
    expect(found.get(0)?.offsets).toEqual([2, 2, 5, 5, 9, 9]);
  });

  it("leaves out what was written later than asked, and reads many objects", async () => {
    const store = new MemoryStore();
    for (let i = 0; i < 20; i++) putFirehose(store, of, line(0, i), { at: new Date(i * 1000) });
    expect((await index(store)).get(0)?.offsets).toEqual([0, 19]);
    expect((await index(store, new Date(4500))).get(0)?.offsets).toEqual([0, 4]);
  });

  it("refuses a stream of another topic under this prefix", async () => {
    const store = new MemoryStore();
    putFirehose(store, of, line(0, 1, "v", "other"));
    await expect(index(store)).rejects.toThrow(/topic "other" \(partition 0, offset 1\)/);
  });

  it.each([
    ["is cut off", `${line(0, 1)}\n{"val`, /cut off/],
    ["was not transformed", '{"event":"pageview"}', /no object "metadata"/],
  ])("names an object that %s", async (_what, body, why) => {
    const store = new MemoryStore();
    const key = putFirehose(store, of, body);
    const failed = await index(store).catch((error: unknown) => String(error));
    expect(failed).toContain(key);
    expect(failed).toMatch(why);
  });
});
