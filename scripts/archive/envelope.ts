import { isUtf8 } from "node:buffer";

/**
 * One archived Kafka record as one JSON line, in the envelope that the Lenses S3 sink connector
 * writes with `store.envelope=true` (fields, base64 and flags as in lensesio/stream-reactor,
 * `SchemalessEnvelopeTransformer` and `SchemalessEnvelopeConverter`):
 *
 *     {"key":…,"keyIsArray":true,"value":…,"valueIsArray":true,
 *      "headers":{"name":"value"},"metadata":{"timestamp":…,"topic":…,"partition":…,"offset":…}}
 *
 * - Bytes that are valid UTF-8 are a JSON string; others are base64 and the flag `keyIsArray` or
 *   `valueIsArray` is there (its presence counts). `null` is JSON null, empty is `""`.
 * - `timestamp` is in milliseconds and absent when the record has none.
 *
 * Superset (Lenses' readers skip unknown fields): Lenses keeps headers in a map, which cannot hold
 * two headers of one name, their order, or bytes. A record whose headers that map would change also
 * has `headerList: [[name, value] | [name, value, flags], …]`, flags being "n" (name is base64)
 * and/or "v" (value is base64). `headers` then holds what Lenses would: the last value of each name.
 */
export interface ArchivedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970; -1 when the record carries none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In order, duplicates kept. */
  readonly headers: readonly ArchivedHeader[];
}

export type ArchivedHeader = readonly [name: Buffer, value: Buffer | null];

/** A line that is no record: names what is wrong with it. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
}

/** The record as one line, without its newline. Equal records give equal lines. */
export function encodeRecord(record: ArchivedRecord): string {
  const time = record.timestamp < 0 ? "" : `"timestamp":${record.timestamp},`;
  return (
    `{${encodeField("key", record.key)},${encodeField("value", record.value)},` +
    `"headers":${encodeHeaders(record.headers)},"metadata":{${time}` +
    `"topic":${JSON.stringify(record.topic)},"partition":${record.partition},"offset":${record.offset}}}`
  );
}

function encodeField(field: "key" | "value", bytes: Buffer | null): string {
  if (bytes === null) return `"${field}":null`;
  if (isUtf8(bytes)) return `"${field}":${JSON.stringify(bytes.toString("utf8"))}`;
  return `"${field}":"${bytes.toString("base64")}","${field}IsArray":true`;
}

function encodeHeaders(headers: readonly ArchivedHeader[]): string {
  if (headers.length === 0) return "{}";
  const last = new Map<string, string>();
  let exact = true;
  for (const [name, value] of headers) {
    const text = name.toString("utf8");
    // A JSON parser moves names that look like array indexes to the front: order would be lost.
    exact &&=
      isUtf8(name) && !last.has(text) && !/^\d+$/.test(text) && (value === null || isUtf8(value));
    last.set(text, value === null ? "null" : JSON.stringify(bytesAsText(value)));
  }
  const map = [...last].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",");
  return exact ? `{${map}}` : `{${map}},"headerList":[${headers.map(encodeHeader).join(",")}]`;
}

function encodeHeader([name, value]: ArchivedHeader): string {
  const flags = (isUtf8(name) ? "" : "n") + (value === null || isUtf8(value) ? "" : "v");
  const pair = [bytesAsText(name), value === null ? null : bytesAsText(value)];
  return JSON.stringify(flags === "" ? pair : [...pair, flags]);
}

function bytesAsText(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? "utf8" : "base64");
}

/**
 * The record of one line, also of a line that the Lenses connector itself wrote.
 * @throws EnvelopeError when the line is no envelope or lacks topic, partition or offset.
 */
export function decodeRecord(line: string): ArchivedRecord {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new EnvelopeError(`not JSON: ${line.slice(0, 80)}`);
  }
  if (!isObject(parsed)) throw new EnvelopeError("not a JSON object");
  const metadata = parsed["metadata"];
  if (!isObject(metadata)) throw new EnvelopeError('no object "metadata"');
  const { topic, timestamp } = metadata;
  if (typeof topic !== "string") throw new EnvelopeError('no "metadata.topic"');
  return {
    topic,
    partition: wholeNumber(metadata, "partition"),
    offset: wholeNumber(metadata, "offset"),
    timestamp: timestamp === undefined || timestamp === null ? -1 : Number(timestamp),
    key: decodeField(parsed["key"], parsed["keyIsArray"] !== undefined),
    value: decodeField(parsed["value"], parsed["valueIsArray"] !== undefined),
    headers: decodeHeaders(parsed),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wholeNumber(metadata: Record<string, unknown>, field: string): number {
  const value = metadata[field];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new EnvelopeError(`"metadata.${field}" is no whole number`);
  }
  return value;
}

/** Anything but a string (a connector with a JSON converter) stands for its JSON text. */
function decodeField(value: unknown, isBase64: boolean): Buffer | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "string") return Buffer.from(JSON.stringify(value));
  return Buffer.from(value, isBase64 ? "base64" : "utf8");
}

function decodeHeaders(envelope: Record<string, unknown>): ArchivedHeader[] {
  const list = envelope["headerList"];
  if (list === undefined) {
    const map = envelope["headers"] ?? {};
    if (!isObject(map)) throw new EnvelopeError('"headers" is no object');
    return Object.entries(map).map(([name, value]) => [
      Buffer.from(name),
      decodeField(value, false),
    ]);
  }
  if (!Array.isArray(list)) throw new EnvelopeError('"headerList" is no list');
  return list.map((item: unknown): ArchivedHeader => {
    if (!Array.isArray(item)) throw new EnvelopeError('an item of "headerList" is no list');
    const [name, value, flags = ""] = item as unknown[];
    if (typeof name !== "string" || typeof flags !== "string") {
      throw new EnvelopeError('an item of "headerList" has no name');
    }
    return [
      Buffer.from(name, flags.includes("n") ? "base64" : "utf8"),
      decodeField(value, flags.includes("v")),
    ];
  });
}
