import type { Known } from "./acks.ts";
import type { AckRecord } from "../drill/producers/acklog.ts";

export const places = ["events", "dead_letters", "quarantine"] as const;
export type Place = (typeof places)[number];

/** A row as ClickHouse answers it: where it lies, and the hash of what is stored. */
export interface StoredRow {
  readonly offset: number;
  readonly place: Place;
  readonly sha256: Buffer;
}

/** Source of known offsets in their order: `KnownOffsets`, or a list in tests. */
export interface Offsets {
  readonly offset: number;
  take(): Known;
}

export interface LostEvents {
  count: number;
  /** Milliseconds since 1970 of the oldest and newest acknowledgement that was lost. */
  oldestAt: number;
  newestAt: number;
}

/** What was found in one identity partition. */
export interface PartitionVerdict {
  acknowledged: number;
  /** In the events table. */
  present: number;
  deadLettered: number;
  quarantined: number;
  /** Acknowledged and nowhere. */
  lost: LostEvents;
  /** Of the lost ones: how many the archive's copy held, so that a recovery must bring them back. */
  lostThoughArchived: number;
  /** Raw rows beyond the first of one identity, in any table. */
  duplicated: number;
  /** Stored with another content than was sent. */
  altered: number;
  /** Valid events among the dead letters, or poison anywhere else. */
  misplaced: number;
  /** Rows of a transaction that was aborted: nobody may ever see them. */
  abortedPresent: number;
  /** Sent without an answer, and there: allowed. */
  inDoubtPresent: number;
  /** Rows that no producer sent. */
  unexplained: number;
  /** First of the lost offsets, and of the others that are red; null when there is none. */
  firstLost: number | null;
  firstWrong: number | null;
}

/**
 * Hears of each valid event in the events table or in quarantine, once: sums are made of the ones, and
 * whose they are is judged of both.
 */
export type OnStored = (record: AckRecord, place: Place) => void;

/**
 * Walks the stored rows of one partition and the producers' knowledge of it side by side, both in the
 * order of offsets. Holds one record of each.
 */
export class PartitionJudge {
  readonly verdict: PartitionVerdict = {
    acknowledged: 0,
    present: 0,
    deadLettered: 0,
    quarantined: 0,
    lost: { count: 0, oldestAt: Infinity, newestAt: -Infinity },
    lostThoughArchived: 0,
    duplicated: 0,
    altered: 0,
    misplaced: 0,
    abortedPresent: 0,
    inDoubtPresent: 0,
    unexplained: 0,
    firstLost: null,
    firstWrong: null,
  };
  readonly #offsets: Offsets;
  readonly #inDoubt: ReadonlyMap<string, AckRecord>;
  readonly #onStored: OnStored;
  readonly #archived: (offset: number) => boolean;
  #lastOffset = -1;

  /** @param archived whether the archive's copy held an offset of this partition; default: none */
  constructor(
    offsets: Offsets,
    inDoubt: ReadonlyMap<string, AckRecord>,
    onStored: OnStored,
    archived: (offset: number) => boolean = () => false,
  ) {
    this.#offsets = offsets;
    this.#inDoubt = inDoubt;
    this.#onStored = onStored;
    this.#archived = archived;
  }

  /** The next row; rows come in the order of offsets. */
  row(row: StoredRow): void {
    if (row.offset < this.#lastOffset) throw new Error("stored rows are not in order");
    if (row.offset === this.#lastOffset) {
      this.verdict.duplicated++;
      this.#wrong(row.offset);
      return;
    }
    this.#lastOffset = row.offset;
    this.#loseUpTo(row.offset);
    if (this.#offsets.offset === row.offset) this.#compare(row, this.#offsets.take());
    else this.#stranger(row);
  }

  /** After the last row: what is left was never stored. */
  finish(): PartitionVerdict {
    this.#loseUpTo(Infinity);
    return this.verdict;
  }

  #loseUpTo(offset: number): void {
    while (this.#offsets.offset < offset) {
      const known = this.#offsets.take();
      if (known.outcome === "aborted") continue;
      this.verdict.acknowledged++;
      const { lost } = this.verdict;
      lost.count++;
      lost.oldestAt = Math.min(lost.oldestAt, known.at);
      lost.newestAt = Math.max(lost.newestAt, known.at);
      this.verdict.firstLost ??= known.offset;
      if (this.#archived(known.offset)) {
        this.verdict.lostThoughArchived++;
        this.#wrong(known.offset);
      }
    }
  }

  #compare(row: StoredRow, known: Known): void {
    if (known.outcome === "aborted") {
      this.verdict.abortedPresent++;
      this.#wrong(row.offset);
      return;
    }
    this.verdict.acknowledged++;
    if (row.place === "events") this.verdict.present++;
    if (row.place === "dead_letters") this.verdict.deadLettered++;
    if (row.place === "quarantine") this.verdict.quarantined++;
    if ((known.kind === "poison") !== (row.place === "dead_letters")) {
      this.verdict.misplaced++;
      this.#wrong(row.offset);
    } else if (!row.sha256.equals(known.sha256)) {
      this.verdict.altered++;
      this.#wrong(row.offset);
    }
    if (row.place !== "dead_letters" && known.kind === "valid") this.#onStored(known, row.place);
  }

  #stranger(row: StoredRow): void {
    const record = this.#inDoubt.get(row.sha256.toString("hex"));
    if (record === undefined) {
      this.verdict.unexplained++;
      this.#wrong(row.offset);
      return;
    }
    this.verdict.inDoubtPresent++;
    if (row.place !== "dead_letters") this.#onStored(record, row.place);
  }

  #wrong(offset: number): void {
    this.verdict.firstWrong ??= offset;
  }
}
