// The transformation Lambda of the Firehose archive, uploaded as it is: plain JavaScript, nothing beside Node.
import { isUtf8 } from "node:buffer";

/**
 * Firehose hands over the value of a Kafka record, its partition and its offset, and writes to S3 what
 * it gets back: so this writes them into the record, as one envelope in one line (`scripts/archive/envelope.ts`,
 * without key and headers, which Firehose does not have).
 *
 * A record that lacks its partition or offset is handed back as it came, as failed: it lands under the
 * stream's error prefix. Left out, it would be lost without a trace.
 */
export function transform(event, topic) {
  if (typeof topic !== "string" || topic === "") {
    // Fails the whole batch, which Firehose tries again: better than records without their topic.
    throw new Error(
      "the environment variable TOPIC is not set: the archived records would lack it",
    );
  }
  return { records: event.records.map((record) => transformRecord(record, topic)) };
}

export async function handler(event) {
  return transform(event, process.env["TOPIC"]);
}

function transformRecord(record, topic) {
  const { recordId, kafkaRecordValue, mskRecordMetadata = {} } = record;
  const partition = wholeNumber(mskRecordMetadata.partitionId);
  const offset = wholeNumber(mskRecordMetadata.offset);
  if (partition === undefined || offset === undefined) {
    return { recordId, result: "ProcessingFailed", kafkaRecordValue: kafkaRecordValue ?? "" };
  }
  const timestamp = wholeNumber(mskRecordMetadata.approximateArrivalTimestamp);
  const line = JSON.stringify({
    key: null,
    ...valueField(kafkaRecordValue),
    headers: {},
    metadata: {
      ...(timestamp === undefined ? {} : { timestamp }),
      topic,
      partition,
      offset,
    },
  });
  return {
    recordId,
    result: "Ok",
    kafkaRecordValue: Buffer.from(`${line}\n`).toString("base64"),
  };
}

/** Text as text, as long as that is not longer than its base64: an answer may have 6 MB. */
function valueField(base64) {
  if (base64 === undefined || base64 === null) return { value: null };
  const bytes = Buffer.from(base64, "base64");
  if (isUtf8(bytes)) {
    const text = bytes.toString("utf8");
    if (Buffer.byteLength(JSON.stringify(text)) <= base64.length + 2 + VALUE_IS_ARRAY) {
      return { value: text };
    }
  }
  return { value: base64, valueIsArray: true };
}

const VALUE_IS_ARRAY = ',"valueIsArray":true'.length;

/** The documented event has offset and partition as strings, the time as a number. */
function wholeNumber(value) {
  if (typeof value === "string" && !/^\d+$/.test(value)) return undefined;
  const number = typeof value === "string" ? Number(value) : value;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
