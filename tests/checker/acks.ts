import { closeSync, createWriteStream, openSync, readSync, type WriteStream } from "node:fs";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  decodeRecord,
  readAckLog,
  recordBytes,
  recordsOf,
  type AckRecord,
  type Outcome,
} from "../drill/producers/acklog.ts";

/** What a producer knows of one offset. */
export interface Known extends AckRecord {
  readonly outcome: Exclude<Outcome, "in-doubt">;
}

export interface PartitionAcks {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
  /** One file a log, each sorted by offset. */
  readonly files: readonly string[];
}

/** All logs, sorted out by identity partition; only what is in doubt is held in memory. */
export interface SplitAcks {
  readonly partitions: readonly PartitionAcks[];
  /** By hex of the hash: sent, but never answered (a send that the disaster cut off). */
  readonly inDoubt: ReadonlyMap<string, AckRecord>;
  readonly acknowledged: number;
  /** Logs that end within a batch: what their producer learnt after that is not known. */
  readonly cutOff: readonly string[];
}

interface Target {
  readonly path: string;
  readonly stream: WriteStream;
  last: number;
}

/**
 * Reads every log once and writes its records to one file a partition and log under `folder`.
 *
 * @throws Error when a log's offsets of one partition go backwards: the broker gave one twice
 */
export async function splitAcks(logs: readonly string[], folder: string): Promise<SplitAcks> {
  await mkdir(folder, { recursive: true });
  const partitions = new Map<string, PartitionAcks & { files: string[] }>();
  const targets = new Map<string, Target>();
  const inDoubt = new Map<string, AckRecord>();
  const cutOff: string[] = [];
  let acknowledged = 0;

  for (const [index, log] of logs.entries()) {
    for await (const batch of readAckLog(log, () => cutOff.push(log))) {
      if (batch.outcome === "in-doubt") {
        for (const record of recordsOf(batch)) inDoubt.set(record.sha256.toString("hex"), record);
        continue;
      }
      const { clusterId, topic, partition } = batch;
      const key = JSON.stringify([clusterId, topic, partition]);
      let known = partitions.get(key);
      if (known === undefined) {
        known = { clusterId, topic, partition, files: [] };
        partitions.set(key, known);
      }
      let target = targets.get(`${index}${key}`);
      if (target === undefined) {
        const path = join(folder, `${targets.size}.acks`);
        target = { path, stream: createWriteStream(path), last: -1 };
        targets.set(`${index}${key}`, target);
        known.files.push(path);
      }
      for (let at = 0; at < batch.bytes.length; at += recordBytes) {
        const offset = batch.bytes.readDoubleLE(at);
        if (offset <= target.last) {
          throw new Error(
            `${log}: ${topic}/${partition} was given offset ${offset} after ${target.last}`,
          );
        }
        target.last = offset;
        // The last field holds the kind alone; its second byte keeps the outcome here.
        if (batch.outcome === "aborted") batch.bytes.writeUInt8(1, at + recordBytes - 3);
      }
      if (batch.outcome === "acknowledged") acknowledged += batch.count;
      if (!target.stream.write(batch.bytes)) await once(target.stream, "drain");
    }
  }
  for (const { stream } of targets.values()) {
    stream.end();
    await once(stream, "close");
  }
  return { partitions: [...partitions.values()], inDoubt, acknowledged, cutOff };
}

const chunkRecords = 4096;

/** Reads a sorted file of records, 320 KB in memory. */
class RecordFile {
  readonly #file: number;
  readonly #chunk = Buffer.alloc(chunkRecords * recordBytes);
  #length = 0;
  #at = 0;

  constructor(path: string) {
    this.#file = openSync(path, "r");
    this.#fill();
  }

  /** The next record's offset; Infinity at the end. */
  get offset(): number {
    return this.#at < this.#length ? this.#chunk.readDoubleLE(this.#at) : Infinity;
  }

  take(): Known {
    const aborted = this.#chunk.readUInt8(this.#at + recordBytes - 3) === 1;
    this.#chunk.writeUInt8(0, this.#at + recordBytes - 3);
    const record = decodeRecord(this.#chunk, this.#at);
    this.#at += recordBytes;
    if (this.#at >= this.#length) this.#fill();
    return { ...record, outcome: aborted ? "aborted" : "acknowledged" };
  }

  close(): void {
    closeSync(this.#file);
  }

  #fill(): void {
    this.#length = readSync(this.#file, this.#chunk, 0, this.#chunk.length, null);
    this.#at = 0;
  }
}

/** All that is known of one partition, in the order of offsets. */
export class KnownOffsets {
  readonly #files: RecordFile[];

  constructor(paths: readonly string[]) {
    this.#files = paths.map((path) => new RecordFile(path));
  }

  /** The lowest offset not yet taken; Infinity at the end. */
  get offset(): number {
    return Math.min(Infinity, ...this.#files.map(({ offset }) => offset));
  }

  take(): Known {
    const lowest = this.offset;
    const file = this.#files.find(({ offset }) => offset === lowest);
    if (file === undefined) throw new Error("no offset is left to take");
    return file.take();
  }

  close(): void {
    for (const file of this.#files) file.close();
  }
}
