import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildKey, parseKey, partitionFolder, startAfter } from "./layout.ts";

const id = fc.stringMatching(/^[a-zA-Z0-9_-]{22}$/);
const place = fc.record({
  line: fc.oneof(fc.constant("main"), fc.stringMatching(/^drill-[a-z0-9]{1,10}$/)),
  epoch: fc.integer({ min: 1, max: 1_000_000 }),
  clusterId: id,
  topicId: id,
  topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,30}$/),
  partition: fc.nat(),
});

describe("archive layout", () => {
  it("parses what it builds", () => {
    fc.assert(
      fc.property(place, fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat(), (at, last, a, b) => {
        const key = { ...at, lastOffset: last, earliest: a, latest: b };
        expect(parseKey(buildKey(key))).toEqual({ ...key, extension: "json.zst" });
      }),
    );
  });

  it("lists an object after `startAfter` exactly when its last offset is at or above", () => {
    const offset = fc.integer({ min: 0, max: 999_999_999_999 });
    fc.assert(
      fc.property(place, offset, offset, (at, last, from) => {
        const key = buildKey({ ...at, lastOffset: last, earliest: 1, latest: 2 });
        expect(key > startAfter(at, from)).toBe(last >= from);
        expect(key.startsWith(partitionFolder(at))).toBe(true);
      }),
    );
  });

  it("names an object as the connector does", () => {
    const at = { epoch: 7, clusterId: "C", topicId: "T", topic: "events", partition: 1 };
    expect(buildKey({ ...at, lastOffset: 3, earliest: 10001, latest: 10003 })).toBe(
      "e7/C/T/events/000000000001/000000000003_10001_10003.json.zst",
    );
  });

  it.each(["", "e1/x", "e1/C/T/events/1/3_1_1.json", "e1/C/T/events/000000000001/.indexes/x"])(
    "does not take %j for an object",
    (key) => {
      expect(parseKey(key)).toBeUndefined();
    },
  );
});
