import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";

/**
 * The log of acknowledgements: what a producer knows of every message it sent, durable before the
 * next one is sent, kept outside both regions. Records of fixed size in batches of one
 * partition; a batch that a crash cut off fails its checksum and ends the log.
 */
export interface AckRecord {
  /** -1 when the broker never told. */
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** 16 bytes. */
  readonly uuid: Buffer;
  /** 32 bytes. */
  readonly sha256: Buffer;
  readonly team: number;
  /** Whole hours since 1970. */
  readonly hour: number;
  readonly propertiesBytes: number;
  readonly kind: "valid" | "poison";
}

/** What became of the batch: an aborted transaction's offsets are holes that no reader may see. */
export type Outcome = "acknowledged" | "aborted" | "in-doubt";

export interface AckBatch {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
  readonly outcome: Outcome;
  readonly records: readonly AckRecord[];
}

export const recordBytes = 80;
const magic = 0x41434b31;
const outcomes: readonly Outcome[] = ["acknowledged", "aborted", "in-doubt"];

export function encodeRecord(record: AckRecord, into: Buffer, at: number): void {
  into.writeDoubleLE(record.offset, at);
  into.writeDoubleLE(record.at, at + 8);
  record.uuid.copy(into, at + 16, 0, 16);
  record.sha256.copy(into, at + 32, 0, 32);
  into.writeUInt32LE(record.team, at + 64);
  into.writeUInt32LE(record.hour, at + 68);
  into.writeUInt32LE(record.propertiesBytes, at + 72);
  into.writeUInt32LE(record.kind === "poison" ? 1 : 0, at + 76);
}

export function decodeRecord(from: Buffer, at: number): AckRecord {
  return {
    offset: from.readDoubleLE(at),
    at: from.readDoubleLE(at + 8),
    uuid: Buffer.from(from.subarray(at + 16, at + 32)),
    sha256: Buffer.from(from.subarray(at + 32, at + 64)),
    team: from.readUInt32LE(at + 64),
    hour: from.readUInt32LE(at + 68),
    propertiesBytes: from.readUInt32LE(at + 72),
    kind: from.readUInt32LE(at + 76) === 1 ? "poison" : "valid",
  };
}

/** Appends batches; `append` returns when they are on the disk. */
export class AckLogWriter {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a", 0o600);
  }

  append(batches: readonly AckBatch[]): void {
    const buffers = batches.filter(({ records }) => records.length > 0).map(encodeBatch);
    if (buffers.length === 0) return;
    const all = Buffer.concat(buffers);
    for (let written = 0; written < all.length;) written += writeSync(this.#file, all, written);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Header: magic, header's text length, number of records, checksum of all that follows. */
function encodeBatch(batch: AckBatch): Buffer {
  const text = Buffer.from(
    JSON.stringify([
      batch.clusterId,
      batch.topic,
      batch.partition,
      outcomes.indexOf(batch.outcome),
    ]),
  );
  const buffer = Buffer.alloc(16 + text.length + batch.records.length * recordBytes);
  text.copy(buffer, 16);
  batch.records.forEach((record, index) => {
    encodeRecord(record, buffer, 16 + text.length + index * recordBytes);
  });
  buffer.writeUInt32LE(magic, 0);
  buffer.writeUInt32LE(text.length, 4);
  buffer.writeUInt32LE(batch.records.length, 8);
  buffer.writeUInt32LE(crc32(buffer.subarray(16)), 12);
  return buffer;
}

/** A batch as it lies in the file: the records stay bytes until somebody asks. */
export interface RawAckBatch extends Omit<AckBatch, "records"> {
  readonly count: number;
  readonly bytes: Buffer;
}

/**
 * Reads a log from its beginning, one batch in memory at a time. Ends at a tail that a crash cut off:
 * such a batch was never durable, so nobody counted on it; `onCutOff` hears of it.
 *
 * @throws Error when anything follows a batch that cannot be read: that is no crash, the log was altered
 */
export async function* readAckLog(
  path: string,
  onCutOff: (atByte: number) => void = () => undefined,
): AsyncGenerator<RawAckBatch> {
  const file = await open(path, "r");
  try {
    const header = Buffer.alloc(16);
    const { size } = await file.stat();
    let position = 0;
    while (position < size) {
      if ((await file.read(header, 0, 16, position)).bytesRead < 16) break;
      if (header.readUInt32LE(0) !== magic) {
        throw new Error(`${path} is no acknowledgement log at byte ${position}`);
      }
      const textLength = header.readUInt32LE(4);
      const count = header.readUInt32LE(8);
      const end = position + 16 + textLength + count * recordBytes;
      if (end > size) break;
      const body = Buffer.alloc(end - position - 16);
      await file.read(body, 0, body.length, position + 16);
      if (crc32(body) !== header.readUInt32LE(12)) {
        if (end === size) break;
        throw new Error(
          `${path} is altered at byte ${position}: a checksum differs, and more follows`,
        );
      }
      const [clusterId, topic, partition, outcome] = JSON.parse(
        body.subarray(0, textLength).toString(),
      ) as [string, string, number, number];
      yield {
        clusterId,
        topic,
        partition,
        outcome: outcomes[outcome] ?? "in-doubt",
        count,
        bytes: body.subarray(textLength),
      };
      position = end;
    }
    if (position < size) onCutOff(position);
  } finally {
    await file.close();
  }
}

/** The decoded records of a batch. */
export function* recordsOf(batch: RawAckBatch): Generator<AckRecord> {
  for (let index = 0; index < batch.count; index++) {
    yield decodeRecord(batch.bytes, index * recordBytes);
  }
}
