import type { SourceRanges } from "./archive.ts";
import type { IdentityPartition } from "./identity.ts";
import type { Present } from "./present.ts";
import {
  firstRanges,
  highest,
  intersect,
  lowest,
  noRanges,
  type Range,
  type Ranges,
  size,
  subtract,
  union,
  widestRanges,
} from "./ranges.ts";

/** One line of the proof: acknowledged = present + dead-lettered + quarantined + empty + missing. */
export interface PartitionProof extends IdentityPartition {
  /** Offsets that are known to exist: in the archive, in Kafka, or by their arrival from a Kafka that still keeps them. */
  readonly expected: number;
  /** Distinct identities in `events`. */
  readonly present: number;
  readonly deadLettered: number;
  readonly quarantined: number;
  /** Records without a value: there is nothing of them to store. */
  readonly empty: number;
  /** Exists in a source, and nowhere in ClickHouse. */
  readonly missing: number;
  readonly missingRanges: readonly Range[];
  /** Rows beyond one for each identity, also over two tables. */
  readonly duplicated: number;
  /** In ClickHouse, and below what archive and Kafka still keep: nothing is left to compare with. */
  readonly unverifiable: number;
  /**
   * Only where no Kafka can be asked: offsets between those that are known of which nothing is known.
   * Transactions leave such holes (their markers, and what was aborted), and so does an archive object
   * that never arrived here: which of the two cannot be told, so they are said and not red.
   */
  readonly gaps: number;
  /** The widest of them. */
  readonly gapRanges: readonly Range[];
}

export interface PartitionInput {
  readonly identity: IdentityPartition;
  readonly present: Present;
  readonly archive: SourceRanges;
  /** What was looked up in Kafka. */
  readonly kafka: SourceRanges;
  /** Offsets that Kafka retains and that were not looked up one by one: an arrival proves itself. */
  readonly trusted: Ranges;
  /** No Kafka that holds these offsets can be asked: first offset from which gaps are looked for. */
  readonly gapsFrom?: number;
}

/** The arithmetic of the proof for one partition, as sets: no number is inferred from another. */
export function provePartition(input: PartitionInput): PartitionProof {
  const { events, dead_letters: dead, quarantine } = input.present.tables;
  const arrived = union(union(events, dead), quarantine);
  const known = union(input.archive.offsets, input.kafka.offsets);
  const empty = subtract(union(input.archive.empty, input.kafka.empty), arrived);
  const missing = subtract(subtract(known, arrived), empty);
  const gaps = gapsOf(union(known, arrived), input.gapsFrom);
  const twice =
    size(intersect(events, dead)) +
    size(intersect(events, quarantine)) +
    size(intersect(dead, quarantine));
  return {
    ...input.identity,
    expected: size(union(known, intersect(arrived, input.trusted))),
    present: size(events),
    deadLettered: size(dead),
    quarantined: size(quarantine),
    empty: size(empty),
    missing: size(missing),
    missingRanges: firstRanges(missing),
    duplicated: input.present.repeatedRows + twice,
    unverifiable: size(subtract(subtract(arrived, known), input.trusted)),
    gaps: size(gaps),
    gapRanges: widestRanges(gaps),
  };
}

/** Above 0 `from` is a cut: the next offset is known to be the one after it. 0: retention may have begun anywhere. */
function gapsOf(known: Ranges, from: number | undefined): Ranges {
  const first = from === 0 ? lowest(known) : from;
  const last = highest(known);
  if (first === undefined || last === undefined || first > last) return noRanges;
  return subtract([first, last], known);
}

export const nothingPresent: Present = {
  tables: { events: noRanges, dead_letters: noRanges, quarantine: noRanges },
  repeatedRows: 0,
};
