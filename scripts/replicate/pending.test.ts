import { describe, expect, it } from "vitest";
import { buildKey } from "../archive/layout.ts";
import { OffsetSpans, summaryOf } from "./pending.ts";

const key = (partition: number, lastOffset: number, epoch = 1) =>
  buildKey({
    line: "main",
    epoch,
    clusterId: "cluster",
    topicId: "topic",
    topic: "events",
    partition,
    lastOffset,
    earliest: 1,
    latest: 2,
  });

describe("what has not arrived", () => {
  it("is counted however much it is: a first listing of a vault takes all of it in", () => {
    const jobs = Array.from({ length: 200_000 }, (_, n) => ({ writtenAt: 1000 + n, offsets: 2 }));
    expect(summaryOf(jobs, 11_000)).toEqual({ objects: 200_000, offsets: 400_000, ageSeconds: 10 });
    expect(summaryOf([], 11_000)).toEqual({ objects: 0, offsets: 0, ageSeconds: 0 });
  });

  it("knows an archive object's offsets by the object before it", () => {
    const spans = new OffsetSpans();
    const keys = [key(0, 9), key(0, 99), key(1, 4), "e1/ledgers/x.json", key(1, 6), key(1, 8, 2)];
    expect(keys.map((each) => spans.of(each))).toEqual([10, 90, 5, 0, 2, 2]);
  });

  it("counts no offsets of an object that does not tell any: Firehose's", () => {
    const spans = new OffsetSpans();
    spans.of(key(0, 9));
    const folder = "e1/cluster/topic/events/firehose/2026/11/22/23/";
    expect(spans.of(`${folder}stream-1-2026-11-22-23-15-00-uuid.json.gz`)).toBe(0);
    expect(spans.of(key(0, 19))).toBe(10);
  });
});
