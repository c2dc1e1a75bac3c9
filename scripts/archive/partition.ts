import { UserError } from "../command.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { type ArchivedRecord, decodeRecord, encodeRecord } from "./envelope.ts";
import { buildKey, parseKey, partitionFolder, type PartitionPlace, startAfter } from "./layout.ts";
import { packLines, readLines } from "./objects.ts";
import { type Line, reconcile, sameRecord } from "./reconcile.ts";

/** What one partition has taken in since its last flush. */
interface Pending {
  lines: Line[];
  bytes: number;
  earliest: number;
  latest: number;
  /** `performance.now()` of the first record. */
  since: number;
}

export interface Flushed {
  readonly records: number;
  /** Compressed. */
  readonly bytes: number;
  /** Everything below is durable. */
  readonly next: number;
}

/** The archive and what is in Kafka say different things: nothing may be written or committed. */
export class ArchiveConflict extends UserError {
  constructor(key: string, bucket: string, offset: number) {
    super(
      `the archive object ${key} in bucket "${bucket}" holds another record at offset ${offset} than Kafka ` +
        "does. Another writer used this cluster's and topic's prefix, or the object was altered. Nothing " +
        "was overwritten and no offset committed. Find the other writer (two archivers of two clusters " +
        "with one cluster id?), or restore the object's first version, then start the archiver again.",
    );
  }
}

/**
 * One partition's way into the archive. Not reentrant: one `flush` at a time, `add` may go on
 * meanwhile. Thrown away, not flushed, when the partition is revoked.
 */
export class PartitionArchive {
  readonly #store: ObjectStore;
  readonly #bucket: string;
  readonly #place: PartitionPlace;
  #pending: Pending | undefined;
  #next: number;
  #durable: number;
  #ahead: Ahead;

  /** @param next the committed offset: where consumption (re)starts. */
  constructor(store: ObjectStore, bucket: string, place: PartitionPlace, next: number) {
    this.#store = store;
    this.#bucket = bucket;
    this.#place = place;
    this.#next = next;
    this.#durable = next;
    this.#ahead = new Ahead(store, bucket, place, next);
  }

  /** Bytes of lines that wait. */
  get bytes(): number {
    return this.#pending?.bytes ?? 0;
  }

  get records(): number {
    return this.#pending?.lines.length ?? 0;
  }

  /** The offset after the last one seen. */
  get next(): number {
    return this.#next;
  }

  /** Everything below is in the archive (or is no record). */
  get durable(): number {
    return this.#durable;
  }

  /** Seconds that the oldest waiting record has waited; 0 when there is nothing to commit. */
  ageSeconds(now: number): number {
    return this.#pending === undefined ? 0 : (now - this.#pending.since) / 1000;
  }

  get dirty(): boolean {
    return this.#pending !== undefined || this.#next > this.#durable;
  }

  /**
   * Whether records must be taken in with {@link addChecked}: an object written by an earlier run
   * (killed between PUT and commit) may reach beyond where consumption began.
   */
  get checking(): boolean {
    return !this.#ahead.done;
  }

  /**
   * Takes a record in unless an earlier run's object has it. May be repeated after a failure.
   * @throws ArchiveConflict when that object has another record at this offset.
   */
  async addChecked(record: ArchivedRecord): Promise<void> {
    if (record.offset < this.#next) return;
    const text = encodeRecord(record);
    if (await this.#ahead.has(record.offset, text)) this.#next = record.offset + 1;
    else this.#take(record, text);
  }

  /** Takes a record in. One that was taken in before (a batch that is delivered again) is passed over. */
  add(record: ArchivedRecord): void {
    if (record.offset >= this.#next) this.#take(record, encodeRecord(record));
  }

  #take(record: ArchivedRecord, text: string): void {
    const pending = (this.#pending ??= {
      lines: [],
      bytes: 0,
      earliest: record.timestamp,
      latest: record.timestamp,
      since: performance.now(),
    });
    pending.lines.push({ offset: record.offset, text });
    pending.bytes += text.length + 1;
    pending.earliest = Math.min(pending.earliest, record.timestamp);
    pending.latest = Math.max(pending.latest, record.timestamp);
    this.#next = record.offset + 1;
  }

  /** Moves past offsets that hold no record (transaction markers, compacted, aborted). */
  skipTo(next: number): void {
    if (next > this.#next) this.#next = next;
  }

  /**
   * Makes everything taken in so far durable. The same call may be repeated after a failure: what
   * waits is kept until it is in the archive.
   */
  async flush(): Promise<Flushed> {
    const pending = this.#pending;
    const next = this.#next;
    if (pending === undefined) {
      this.#durable = next;
      return { records: 0, bytes: 0, next };
    }
    this.#pending = undefined;
    try {
      const bytes = await this.#write(pending);
      this.#durable = next;
      return { records: pending.lines.length, bytes, next };
    } catch (error) {
      this.#putBack(pending);
      throw error;
    }
  }

  #putBack(failed: Pending): void {
    const later = this.#pending;
    this.#pending =
      later === undefined
        ? failed
        : {
            lines: [...failed.lines, ...later.lines],
            bytes: failed.bytes + later.bytes,
            earliest: Math.min(failed.earliest, later.earliest),
            latest: Math.max(failed.latest, later.latest),
            since: failed.since,
          };
  }

  async #write({ lines, earliest, latest }: Pending): Promise<number> {
    const last = lines.at(-1);
    if (last === undefined) return 0;
    const key = buildKey({ ...this.#place, lastOffset: last.offset, earliest, latest });
    const body = await packLines(lines.map(({ text }) => Buffer.from(`${text}\n`)));
    const { created } = await this.#store.putIfAbsent(this.#bucket, key, body, {
      contentType: "application/zstd",
    });
    if (created) return body.byteLength;
    const result = reconcile(await this.#lines(key), lines);
    if (!result.ok) throw new ArchiveConflict(key, this.#bucket, result.offset);
    if (result.rest.length === 0) return 0;
    if (result.rest.length === lines.length) {
      throw new ArchiveConflict(key, this.#bucket, last.offset);
    }
    const times = result.rest.map(({ text }) => decodeRecord(text).timestamp);
    return this.#write({
      lines: [...result.rest],
      bytes: 0,
      earliest: Math.min(...times),
      latest: Math.max(...times),
      since: 0,
    });
  }

  async #lines(key: string): Promise<Line[]> {
    const lines: Line[] = [];
    for await (const text of readLines(this.#store, this.#bucket, key)) {
      lines.push({ offset: decodeRecord(text).offset, text });
    }
    return lines;
  }
}

/** Objects that reach beyond the committed offset: what an earlier run wrote and did not commit. */
class Ahead {
  done = false;
  readonly #store: ObjectStore;
  readonly #bucket: string;
  readonly #place: PartitionPlace;
  readonly #from: number;
  #keys: string[] | undefined;
  #key = "";
  #lastOffset = -1;
  #lines = new Map<number, string>();

  constructor(store: ObjectStore, bucket: string, place: PartitionPlace, from: number) {
    this.#store = store;
    this.#bucket = bucket;
    this.#place = place;
    this.#from = from;
  }

  /** Whether the record lies in one of them. Offsets are asked in ascending order. */
  async has(offset: number, text: string): Promise<boolean> {
    this.#keys ??= await this.#list();
    while (offset > this.#lastOffset) {
      const key = this.#keys[0];
      if (key === undefined) {
        this.done = true;
        return false;
      }
      const lines = await this.#read(key);
      // Only now: after a failure the same object is read again.
      this.#keys.shift();
      this.#key = key;
      this.#lines = lines;
      this.#lastOffset = Math.max(this.#lastOffset, ...lines.keys());
    }
    const there = this.#lines.get(offset);
    if (there === undefined) return false;
    if (!sameRecord(there, text)) throw new ArchiveConflict(this.#key, this.#bucket, offset);
    return true;
  }

  async #list(): Promise<string[]> {
    const startFrom = startAfter(this.#place, this.#from);
    const keys: string[] = [];
    for await (const { key } of this.#store.list(this.#bucket, partitionFolder(this.#place), {
      startAfter: startFrom,
    })) {
      if (parseKey(key) !== undefined) keys.push(key);
    }
    return keys;
  }

  async #read(key: string): Promise<Map<number, string>> {
    const lines = new Map<number, string>();
    for await (const text of readLines(this.#store, this.#bucket, key)) {
      lines.set(decodeRecord(text).offset, text);
    }
    return lines;
  }
}
