import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRecord } from "../../scripts/archive/envelope.ts";
import { handler, transform, type MskFirehoseEvent } from "./firehose-transform.mjs";

type EventRecord = MskFirehoseEvent["records"][number];

/** As documented: com.amazonaws.services.lambda.runtime.events.MSKFirehoseEvent (aws/aws-lambda-java-libs). */
const record: EventRecord = {
  recordId: "00000000000000000000000000000000000000000000000000000000000000",
  approximateArrivalTimestamp: 1_716_369_573_887,
  mskRecordMetadata: {
    offset: "42",
    partitionId: "1",
    approximateArrivalTimestamp: 1_716_369_573_887,
  },
  kafkaRecordValue: "eyJOYW1lIjoiSGVsbG8gV29ybGQifQ==",
};

const event = (...records: EventRecord[]): MskFirehoseEvent => ({
  invocationId: "12345621-4787-0000-a418-36e56Example",
  sourceMSKArn: "arn:aws:kafka:EXAMPLE",
  deliveryStreamArn: "arn:aws:firehose:EXAMPLE",
  region: "us-east-1",
  records,
});

function one(of: EventRecord) {
  const [answer] = transform(event(of), "events").records;
  if (answer === undefined) throw new Error("no answer");
  return { ...answer, text: Buffer.from(answer.kafkaRecordValue, "base64").toString("utf8") };
}

describe("the transformation of the Firehose archive", () => {
  test("writes topic, partition, offset and time with the value, as one line of the envelope", () => {
    const { recordId, result, text } = one(record);
    expect({ recordId, result }).toEqual({ recordId: record.recordId, result: "Ok" });
    expect(text.endsWith("}\n")).toBe(true);
    expect(text.indexOf("\n")).toBe(text.length - 1);
    expect(decodeRecord(text)).toEqual({
      topic: "events",
      partition: 1,
      offset: 42,
      timestamp: 1_716_369_573_887,
      key: null,
      value: Buffer.from('{"Name":"Hello World"}'),
      headers: [],
    });
  });

  test("keeps every byte of every value, and never makes an answer much longer than base64", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.string({ unit: "binary", maxLength: 60 }).map((text) => new TextEncoder().encode(text)),
      fc.constantFrom("eda080", "c0af", "e282").map((hex) => Buffer.from(hex, "hex")),
    );
    fc.assert(
      fc.property(bytes, (value) => {
        const base64 = Buffer.from(value).toString("base64");
        const { text } = one({ ...record, kafkaRecordValue: base64 });
        expect(decodeRecord(text).value).toEqual(Buffer.from(value));
        expect(text.length).toBeLessThan(base64.length + 200);
      }),
      { numRuns: 1000 },
    );
  });

  test("a million zero bytes do not become six million characters", () => {
    const base64 = Buffer.alloc(1_000_000).toString("base64");
    expect(one({ ...record, kafkaRecordValue: base64 }).text.length).toBeLessThan(1_400_000);
  });

  test("tells a null value from an empty one, and a time that is a string", () => {
    expect(decodeRecord(one({ ...record, kafkaRecordValue: null }).text).value).toBeNull();
    expect(decodeRecord(one({ ...record, kafkaRecordValue: "" }).text).value).toEqual(
      Buffer.alloc(0),
    );
    const metadata = { offset: "0", partitionId: "0", approximateArrivalTimestamp: "17" };
    expect(decodeRecord(one({ ...record, mskRecordMetadata: metadata }).text).timestamp).toBe(17);
    expect(
      decodeRecord(one({ ...record, mskRecordMetadata: { offset: "0", partitionId: "0" } }).text)
        .timestamp,
    ).toBe(-1);
  });

  test.each([
    ["no metadata", {}],
    ["no offset", { mskRecordMetadata: { partitionId: "1" } }],
    ["no partition", { mskRecordMetadata: { offset: "1" } }],
    ["an offset that is none", { mskRecordMetadata: { partitionId: "1", offset: "-1" } }],
    ["an empty offset", { mskRecordMetadata: { partitionId: "1", offset: "" } }],
    ["an offset beyond 2^53", { mskRecordMetadata: { partitionId: "1", offset: "9".repeat(20) } }],
  ])("hands a record with %s back as failed, with its bytes; the others go on", (_what, part) => {
    const { mskRecordMetadata: _, ...bare } = record;
    const broken = { ...bare, ...part, recordId: "broken" };
    const answer = transform(event(broken, record), "events").records;
    expect(answer.map(({ recordId, result }) => [recordId, result])).toEqual([
      ["broken", "ProcessingFailed"],
      [record.recordId, "Ok"],
    ]);
    expect(answer[0]?.kafkaRecordValue).toBe(record.kafkaRecordValue);
  });

  test("takes the topic from its environment, and fails whole without it", async () => {
    process.env["TOPIC"] = "from-env";
    const answer = await handler(event(record));
    const text = Buffer.from(answer.records[0]?.kafkaRecordValue ?? "", "base64").toString();
    expect(decodeRecord(text).topic).toBe("from-env");
    delete process.env["TOPIC"];
    await expect(handler(event(record))).rejects.toThrow(/TOPIC is not set/);
  });
});
