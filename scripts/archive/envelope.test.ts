import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArchivedRecord, decodeRecord, encodeRecord } from "./envelope.ts";

const bytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom("", "null", "0", "__proto__", "\u0000\n\u2028\ufeff", "\ufeff")
    .map((text) => Buffer.from(text)),
  // Surrogates as CESU-8, an overlong slash, a cut sequence: invalid UTF-8 that looks valid.
  fc
    .constantFrom("eda080", "c0af", "e282", "edb08041", "f4908080")
    .map((hex) => Buffer.from(hex, "hex")),
);

const record = fc.record<ArchivedRecord>({
  topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,20}$/),
  partition: fc.nat(),
  offset: fc.maxSafeNat(),
  timestamp: fc.oneof(fc.constant(-1), fc.maxSafeNat()),
  key: fc.option(bytes, { nil: null }),
  value: fc.option(bytes, { nil: null }),
  headers: fc.array(fc.tuple(bytes, fc.option(bytes, { nil: null })), { maxLength: 6 }),
});

const plain: ArchivedRecord = {
  topic: "events",
  partition: 3,
  offset: 42,
  timestamp: 1_700_000_000_123,
  key: Buffer.from("k"),
  value: Buffer.from('{"a":1}'),
  headers: [[Buffer.from("h"), Buffer.from("v")]],
};

describe("envelope", () => {
  it("gives back every byte of every record", () => {
    fc.assert(
      fc.property(record, (input) => {
        const line = encodeRecord(input);
        expect(line).not.toContain("\n");
        expect(decodeRecord(line)).toEqual(input);
      }),
      { numRuns: 2000 },
    );
  });

  it("is the connector's envelope where that can hold the record", () => {
    expect(JSON.parse(encodeRecord(plain))).toEqual({
      key: "k",
      value: '{"a":1}',
      headers: { h: "v" },
      metadata: { timestamp: 1_700_000_000_123, topic: "events", partition: 3, offset: 42 },
    });
  });

  it("marks bytes as the connector does, and gives its readers the last header of a name", () => {
    const line = encodeRecord({
      ...plain,
      key: Buffer.from([0xff]),
      headers: [
        [Buffer.from("h"), Buffer.from("first")],
        [Buffer.from("h"), null],
      ],
    });
    expect(JSON.parse(line)).toMatchObject({
      key: "/w==",
      keyIsArray: true,
      headers: { h: null },
      headerList: [
        ["h", "first"],
        ["h", null],
      ],
    });
  });

  it("reads what the connector itself writes with a JSON converter", () => {
    const line =
      '{"headers":{"h1":"a","h2":1},"metadata":{"partition":1,"offset":2,"topic":"t","timestamp":5},"value":{"b":2},"key":null}';
    expect(decodeRecord(line)).toEqual({
      topic: "t",
      partition: 1,
      offset: 2,
      timestamp: 5,
      key: null,
      value: Buffer.from('{"b":2}'),
      headers: [
        [Buffer.from("h1"), Buffer.from("a")],
        [Buffer.from("h2"), Buffer.from("1")],
      ],
    });
  });

  it.each([
    ["{", /not JSON/],
    ["[]", /not a JSON object/],
    ["{}", /metadata/],
    ['{"metadata":{"topic":"t","partition":0}}', /offset/],
    ['{"metadata":{"topic":"t","partition":0,"offset":-1}}', /offset/],
    ['{"metadata":{"topic":"t","partition":0,"offset":1e300}}', /offset/],
    ['{"headers":[],"metadata":{"topic":"t","partition":0,"offset":1}}', /headers/],
  ])("refuses %s", (line, error) => {
    expect(() => decodeRecord(line)).toThrow(error);
  });
});
