import { UserError } from "../command.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { type ArchivedRecord, decodeRecord, encodeRecord } from "./envelope.ts";
import { buildKey, parseKey, partitionFolder, type PartitionPlace, startAfter } from "./layout.ts";
import { LineBuffer, LineBufferPool } from "./line-buffer.ts";
import { packLines, readLines } from "./objects.ts";
import { type Line, reconcile, sameRecord } from "./reconcile.ts";

/** What one partition has taken in since its last flush. */
interface Pending {
  lines: LineBuffer;
  lastOffset: number;
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
  readonly #ahead: Ahead;
  readonly #pool: LineBufferPool;

  /** @param next the committed offset: where consumption (re)starts. */
  constructor(
    store: ObjectStore,
    bucket: string,
    place: PartitionPlace,
    next: number,
    pool: LineBufferPool = new LineBufferPool(),
  ) {
    this.#pool = pool;
    this.#store = store;
    this.#bucket = bucket;
    this.#place = place;
    this.#next = next;
    this.#durable = next;
    this.#ahead = new Ahead(store, bucket, place, next);
  }

  /** Bytes of lines that wait. */
  get bytes(): number {
    return this.#pending?.lines.length ?? 0;
  }

  get records(): number {
    return this.#pending?.lines.lines ?? 0;
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
      lines: this.#pool.take(),
      lastOffset: record.offset,
      earliest: record.timestamp,
      latest: record.timestamp,
      since: performance.now(),
    });
    pending.lines.add(text);
    pending.lastOffset = record.offset;
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
      const records = pending.lines.lines;
      const bytes = await this.#write(pending);
      this.#durable = next;
      this.#pool.giveBack(pending.lines);
      return { records, bytes, next };
    } catch (error) {
      this.#putBack(pending);
      throw error;
    }
  }

  #putBack(failed: Pending): void {
    const later = this.#takePending();
    if (later !== undefined) {
      failed.lines.append(later.lines);
      failed.lastOffset = later.lastOffset;
      failed.earliest = Math.min(failed.earliest, later.earliest);
      failed.latest = Math.max(failed.latest, later.latest);
    }
    this.#pending = failed;
  }

  /** What came in while a flush was under way. */
  #takePending(): Pending | undefined {
    return this.#pending;
  }

  async #write(
    pending: Pick<Pending, "lines" | "lastOffset" | "earliest" | "latest">,
  ): Promise<number> {
    const { lines, lastOffset, earliest, latest } = pending;
    const key = buildKey({ ...this.#place, lastOffset, earliest, latest });
    const body = await packLines(lines.view());
    const { created } = await this.#store.putIfAbsent(this.#bucket, key, body, {
      contentType: "application/zstd",
    });
    if (created) return body.byteLength;
    const ours = parseLines(lines.view().toString("utf8").split("\n"));
    const result = reconcile(await this.#lines(key), ours);
    if (!result.ok) throw new ArchiveConflict(key, this.#bucket, result.offset);
    const last = result.rest.at(-1);
    if (last === undefined) return 0;
    if (result.rest.length === ours.length)
      throw new ArchiveConflict(key, this.#bucket, lastOffset);
    const rest = new LineBuffer();
    for (const { text } of result.rest) rest.add(text);
    const times = result.rest.map(({ text }) => decodeRecord(text).timestamp);
    return this.#write({
      lines: rest,
      lastOffset: last.offset,
      earliest: times.reduce((a, b) => Math.min(a, b)),
      latest: times.reduce((a, b) => Math.max(a, b)),
    });
  }

  async #lines(key: string): Promise<Line[]> {
    const lines: string[] = [];
    for await (const text of readLines(this.#store, this.#bucket, key)) lines.push(text);
    return parseLines(lines);
  }
}

function parseLines(lines: readonly string[]): Line[] {
  return lines
    .filter((text) => text !== "")
    .map((text) => ({ offset: decodeRecord(text).offset, text }));
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
      for (const each of lines.keys()) this.#lastOffset = Math.max(this.#lastOffset, each);
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
