import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import { failpoint } from "../failpoint.ts";
import type { Reporter } from "../command.ts";
import type { ObjectStore } from "../vault/s3.ts";
import type { ArchivedRecord } from "./envelope.ts";
import { LineBufferPool } from "./line-buffer.ts";
import type { PartitionPlace } from "./layout.ts";
import { losslessHeaders } from "./lossless-kafkajs.ts";
import { PartitionArchive } from "./partition.ts";
import { untilDone } from "./transient.ts";

export interface WriterLimits {
  /** A record waits at most this long for its flush. */
  readonly flushSeconds: number;
  /** Lines' bytes (uncompressed) that make an object full. */
  readonly maxObjectBytes: number;
  readonly maxObjectRecords: number;
  /** Over all partitions, those being written included; consumption waits above it. */
  readonly maxBufferedBytes: number;
}

export interface WriterTotals {
  records: number;
  objects: number;
  /** Compressed. */
  bytes: number;
  lastFlushAt: string | null;
}

/**
 * Takes one consumer session's batches in, keeps memory bounded, writes objects, commits what is
 * durable. Of a session that is closed nothing is taken in, and nothing committed any more.
 */
export class ArchiveWriter {
  readonly #totals: WriterTotals;
  readonly #consumer: Consumer;
  readonly #store: ObjectStore;
  readonly #bucket: string;
  readonly #place: Omit<PartitionPlace, "partition">;
  readonly #limits: WriterLimits;
  readonly #reporter: Reporter;
  readonly #fail: (error: unknown) => void;
  readonly #pool = new LineBufferPool();
  readonly #partitions = new Map<number, PartitionArchive>();
  readonly #flushing = new Map<number, { readonly bytes: number; readonly done: Promise<void> }>();
  readonly #committed = new Map<number, number>();
  readonly #closed = new AbortController();

  constructor(options: {
    readonly consumer: Consumer;
    readonly store: ObjectStore;
    readonly bucket: string;
    readonly place: Omit<PartitionPlace, "partition">;
    readonly limits: WriterLimits;
    readonly reporter: Reporter;
    /** Over all sessions. */
    readonly totals: WriterTotals;
    /** Called once for what no retry mends: the archiver has to stop. */
    readonly fail: (error: unknown) => void;
  }) {
    this.#consumer = options.consumer;
    this.#store = options.store;
    this.#bucket = options.bucket;
    this.#place = options.place;
    this.#limits = options.limits;
    this.#reporter = options.reporter;
    this.#totals = options.totals;
    this.#fail = options.fail;
  }

  /** Aborted once the session is over. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** The session is over: what comes after it was fetched for a position that counts no more. */
  close(): void {
    this.#closed.abort(new Error("the archiver's consumer session is over"));
  }

  /** A batch without any record for us (transaction markers): the position moves all the same. */
  passOver(partition: number, lastOffset: number): void {
    if (this.#closed.signal.aborted) return;
    this.#archiveOf(partition, lastOffset).skipTo(lastOffset + 1);
  }

  async takeBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const heartbeat = (): Promise<void> => payload.heartbeat();
    const first = batch.messages[0];
    if (first === undefined || this.#over()) return;
    const archive = this.#archiveOf(batch.partition, Number(first.offset));
    for (const message of batch.messages) {
      if (this.#bufferedBytes() >= this.#limits.maxBufferedBytes) {
        await this.#waitForRoom(heartbeat);
      }
      if (this.#over() || payload.isStale()) return;
      const record = toRecord(batch.topic, batch.partition, message);
      if (archive.checking) await this.#addChecked(archive, record, heartbeat);
      else archive.add(record);
      if (this.#isFull(archive)) void this.#flush(batch.partition);
    }
    archive.skipTo(Number(batch.lastOffset()) + 1);
    payload.resolveOffset(batch.lastOffset());
    await heartbeat();
  }

  /** Flushes what has waited long enough; called often. */
  tick(): void {
    const now = performance.now();
    for (const [partition, archive] of this.#partitions) {
      const due = archive.ageSeconds(now) >= this.#limits.flushSeconds || archive.records === 0;
      if (due && this.#hasWork(partition)) {
        void this.#flush(partition);
      }
    }
  }

  /** Writes and commits everything taken in so far; for a clean end. */
  async drain(): Promise<void> {
    for (const partition of this.#partitions.keys()) {
      while (this.#hasWork(partition) && !this.#closed.signal.aborted) {
        await this.#flush(partition);
      }
    }
  }

  #over(): boolean {
    return this.#closed.signal.aborted;
  }

  #archiveOf(partition: number, next: number): PartitionArchive {
    let archive = this.#partitions.get(partition);
    if (archive === undefined) {
      const place = { ...this.#place, partition };
      archive = new PartitionArchive(this.#store, this.#bucket, place, next, this.#pool);
      this.#partitions.set(partition, archive);
      this.#committed.set(partition, next);
    }
    return archive;
  }

  #isFull(archive: PartitionArchive): boolean {
    const { maxObjectBytes, maxObjectRecords } = this.#limits;
    return archive.bytes >= maxObjectBytes || archive.records >= maxObjectRecords;
  }

  #hasWork(partition: number): boolean {
    const archive = this.#partitions.get(partition);
    if (archive === undefined) return false;
    return archive.records > 0 || archive.next > (this.#committed.get(partition) ?? -1);
  }

  #bufferedBytes(): number {
    let total = 0;
    for (const archive of this.#partitions.values()) total += archive.bytes;
    for (const { bytes } of this.#flushing.values()) total += bytes;
    return total;
  }

  /** Backpressure: nothing is fetched while the largest buffers are being written. */
  async #waitForRoom(heartbeat: () => Promise<void>): Promise<void> {
    while (this.#bufferedBytes() >= this.#limits.maxBufferedBytes && !this.#closed.signal.aborted) {
      const [largest] = [...this.#partitions]
        .filter(([partition, { bytes }]) => bytes > 0 && !this.#flushing.has(partition))
        .sort(([, a], [, b]) => b.bytes - a.bytes);
      if (largest !== undefined) void this.#flush(largest[0]);
      await Promise.race([...this.#flushing.values()].map(({ done }) => done).concat(sleep(1000)));
      await heartbeat();
    }
  }

  async #addChecked(
    archive: PartitionArchive,
    record: ArchivedRecord,
    heartbeat: () => Promise<void>,
  ): Promise<void> {
    const { signal } = this.#closed;
    const added = untilDone(() => archive.addChecked(record), signal, this.#onTrouble).catch(
      (error: unknown) => {
        if (signal.aborted) return;
        this.#fail(error);
        this.#closed.abort(error);
      },
    );
    let waiting = true;
    void added.finally(() => (waiting = false));
    for (;;) {
      await Promise.race([added, sleep(1000, undefined, { ref: false })]);
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set by the promise
      if (!waiting) return;
      await heartbeat();
    }
  }

  /** One flush at a time for a partition; never rejects. */
  #flush(partition: number): Promise<void> {
    const running = this.#flushing.get(partition);
    if (running !== undefined) return running.done;
    const archive = this.#partitions.get(partition);
    if (archive === undefined) return Promise.resolve();
    const { bytes } = archive;
    const done = this.#flushNow(partition, archive)
      .catch((error: unknown) => {
        if (this.#closed.signal.aborted) return;
        this.#fail(error);
        this.#closed.abort(error);
      })
      .finally(() => this.#flushing.delete(partition));
    this.#flushing.set(partition, { bytes, done });
    return done;
  }

  async #flushNow(partition: number, archive: PartitionArchive): Promise<void> {
    const { signal } = this.#closed;
    const flushed = await untilDone(() => archive.flush(), signal, this.#onTrouble);
    if (flushed.records > 0) {
      this.#totals.records += flushed.records;
      this.#totals.objects += flushed.bytes > 0 ? 1 : 0;
      this.#totals.bytes += flushed.bytes;
      this.#totals.lastFlushAt = new Date().toISOString();
      await failpoint("archive.after-put");
    }
    if (signal.aborted) return;
    try {
      const { topic } = this.#place;
      await this.#consumer.commitOffsets([{ topic, partition, offset: String(flushed.next) }]);
      this.#committed.set(partition, flushed.next);
    } catch (error) {
      // The next flush commits again; a rebalance starts over from what is committed.
      const why = error instanceof Error ? error.message : String(error);
      this.#reporter.warn(
        `partition ${partition}: offset ${flushed.next} is durable but not committed yet (${why})`,
      );
      await sleep(1000, undefined, { ref: false });
    }
  }

  readonly #onTrouble = (message: string, attempt: number): void => {
    if (attempt === 1 || attempt % 10 === 0) {
      this.#reporter.warn(
        `the archive cannot be written, trying again (attempt ${attempt}): ${message}`,
      );
    }
  };
}

function toRecord(topic: string, partition: number, message: KafkaMessage): ArchivedRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: losslessHeaders(message),
  };
}
