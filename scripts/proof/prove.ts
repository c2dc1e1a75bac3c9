import type { ClickHouse } from "../clickhouse/client.ts";
import type { Reporter } from "../command.ts";
import type { KafkaConnection, VaultSide } from "../connection.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { listArchived, nothing, readArchived, type ArchivedPartition } from "./archive.ts";
import { compareContent } from "./content.ts";
import { compareIdentities, identityKey, type IdentityPartition } from "./identity.ts";
import { readKafka } from "./kafka.ts";
import { nothingPresent, provePartition, type PartitionProof } from "./partition.ts";
import { listPresent, readPresent, type PresentPartition } from "./present.ts";
import { clip, noRanges, subtract, union } from "./ranges.ts";
import type { LiveTopic } from "./sources.ts";
import { compareDerived, repeatedUuids, type DerivedTables } from "./sums.ts";

/** Everything a proof says; red unless `ok`. */
export interface ProofResult {
  /** missing = 0, duplicated = 0, no content differs, derived tables equal. */
  readonly ok: boolean;
  /** Why it is red, a sentence each. */
  readonly reasons: readonly string[];
  readonly expected: number;
  readonly present: number;
  readonly deadLettered: number;
  readonly quarantined: number;
  readonly empty: number;
  readonly missing: number;
  readonly duplicated: number;
  /** Events whose uuid another cluster or topic brought as well: old events were sent again. */
  readonly duplicatedByUuid: number;
  /**
   * Events that a producer sent twice within one topic: both records are in the source, so both rows
   * belong here. Said, not red.
   */
  readonly sentTwice: number;
  readonly unverifiable: number;
  /**
   * Offsets of clusters that cannot be asked any more, between those that are known: markers and aborts of
   * transactions, or events of an archive object that never arrived. Said, not red.
   */
  readonly gaps: number;
  readonly derived: DerivedTables;
  /** Only of a deep proof. */
  readonly content: { readonly compared: number; readonly different: number } | null;
  /** ISO, UTC: when the upper bound was taken. */
  readonly at: string;
  readonly seconds: number;
  readonly waitedSeconds: number;
  readonly sources: readonly ("archive" | "kafka")[];
  readonly partitions: readonly (PartitionProof & { readonly different: readonly number[] })[];
}

export interface ProofInput {
  readonly clickhouse: ClickHouse;
  readonly archive?: {
    readonly store: ObjectStore;
    readonly vault: VaultSide;
    /** Epoch lines whose objects count. */
    readonly lines: readonly string[];
    /** Later objects do not count: a drill beside a primary that goes on. */
    readonly until?: Date;
  };
  readonly kafka?: { readonly connection: KafkaConnection; readonly live: LiveTopic };
  /** First offset that counts by {@link identityKey}: the cut of a ledger that was proven before. */
  readonly since: ReadonlyMap<string, number>;
  /** Compares content with the archive and reads every record of Kafka. */
  readonly deep: boolean;
  /** How long the derived tables may take to agree. */
  readonly derivedWaitSeconds: number;
  /** Fewer known events are red: the caller knows that there were so many. @default 0 */
  readonly atLeast?: number;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal;
}

type Work = IdentityPartition & {
  readonly archived?: ArchivedPartition;
  readonly found?: PresentPartition;
  readonly live?: { readonly earliest: number; readonly latest: number };
};

/** One partition after the other: memory holds the holes of one partition, never its events. */
export async function prove(input: ProofInput): Promise<ProofResult> {
  const start = performance.now();
  const at = new Date().toISOString();
  const { clickhouse, reporter } = input;
  const work = await listWork(input);
  const partitions: (PartitionProof & { different: readonly number[] })[] = [];
  let compared = 0;
  let different = 0;
  for (const [index, each] of work.entries()) {
    input.signal?.throwIfAborted();
    reporter.progress(`proof: partition ${index + 1} of ${work.length}`);
    const proof = await proveOne(input, each);
    const content =
      input.deep && input.archive !== undefined && each.archived !== undefined
        ? await compareContent(
            clickhouse,
            input.archive.store,
            input.archive.vault,
            each.archived,
            {
              ...window(input, each),
            },
          )
        : undefined;
    compared += content?.compared ?? 0;
    different += content?.different ?? 0;
    partitions.push({ ...proof, different: content?.first ?? [] });
  }
  reporter.progress("proof: uuids, sums and definitions");
  const { withinSource, acrossSources } = await repeatedUuids(clickhouse);
  const derived = await compareDerived(clickhouse, input.derivedWaitSeconds);
  const total = (field: NumberField): number =>
    partitions.reduce((sum, partition) => sum + partition[field], 0);
  const numbers = {
    expected: total("expected"),
    present: total("present"),
    deadLettered: total("deadLettered"),
    quarantined: total("quarantined"),
    empty: total("empty"),
    missing: total("missing"),
    duplicated: total("duplicated"),
    duplicatedByUuid: acrossSources,
    sentTwice: withinSource,
    unverifiable: total("unverifiable"),
    gaps: total("gaps"),
  };
  const reasons = reasonsOf(numbers, different, derived, input.atLeast);
  return {
    ok: reasons.length === 0,
    reasons,
    ...numbers,
    derived,
    content: input.deep && input.archive !== undefined ? { compared, different } : null,
    at,
    seconds: Math.round((performance.now() - start) / 100) / 10,
    waitedSeconds: input.kafka?.live.waitedSeconds ?? 0,
    sources: [
      ...(input.archive === undefined ? [] : (["archive"] as const)),
      ...(input.kafka === undefined ? [] : (["kafka"] as const)),
    ],
    partitions,
  };
}

type NumberField = {
  [K in keyof PartitionProof]: PartitionProof[K] extends number ? K : never;
}[keyof PartitionProof];

/** Every identity partition that ClickHouse, the archive or Kafka knows. */
async function listWork(input: ProofInput): Promise<Work[]> {
  const all = new Map<string, Work>();
  const add = (identity: IdentityPartition, part: Partial<Work>): void => {
    const { clusterId, topicId, topic, partition } = identity;
    const key = identityKey(identity);
    all.set(key, { clusterId, topicId, topic, partition, ...all.get(key), ...part });
  };
  for (const found of await listPresent(input.clickhouse)) add(found, { found });
  if (input.archive !== undefined) {
    const { store, vault, lines, until } = input.archive;
    const options = until === undefined ? {} : { until };
    for (const archived of await listArchived(store, vault.archive, lines, options)) {
      add(archived, { archived });
    }
  }
  if (input.kafka !== undefined) {
    const { live } = input.kafka;
    for (const { partition, earliest, latest } of live.partitions) {
      const { clusterId, topicId, topic } = live;
      add({ clusterId, topicId, topic, partition }, { live: { earliest, latest } });
    }
  }
  return [...all.values()].sort(compareIdentities);
}

function window(input: ProofInput, of: Work): { since: number; until?: Date } {
  const since = input.since.get(identityKey(of)) ?? 0;
  const until = input.archive?.until;
  return until === undefined ? { since } : { since, until };
}

async function proveOne(input: ProofInput, of: Work): Promise<PartitionProof> {
  const { since } = window(input, of);
  // What is consumed after the start belongs to a later proof.
  const last = of.live === undefined ? Number.MAX_SAFE_INTEGER : of.live.latest - 1;
  const archive =
    input.archive === undefined || of.archived === undefined
      ? nothing
      : await readArchived(
          input.clickhouse,
          input.archive.store,
          input.archive.vault,
          of.archived,
          window(input, of),
        );
  const within = {
    offsets: clip(archive.offsets, since, last),
    empty: clip(archive.empty, since, last),
  };
  const present =
    of.found === undefined
      ? nothingPresent
      : await readPresent(
          input.clickhouse,
          of,
          Math.max(since, of.found.lowest),
          Math.min(last, of.found.highest),
        );
  if (input.kafka === undefined || of.live === undefined) {
    const parts = { identity: of, present, archive: within, kafka: nothing, trusted: noRanges };
    return provePartition({ ...parts, gapsFrom: since });
  }
  const { events, dead_letters: dead, quarantine } = present.tables;
  const retained = clip([0, Number.MAX_SAFE_INTEGER], Math.max(since, of.live.earliest), last);
  const arrived = union(union(events, dead), quarantine);
  // An offset that arrived was in Kafka: only what is in neither place has to be looked up.
  const wanted = input.deep ? retained : subtract(subtract(retained, arrived), within.offsets);
  return provePartition({
    identity: of,
    present,
    archive: within,
    kafka: await readKafka(input.kafka.connection, of.partition, wanted, input.signal),
    trusted: input.deep ? noRanges : retained,
  });
}

type Counted = Pick<
  ProofResult,
  | "expected"
  | "present"
  | "deadLettered"
  | "quarantined"
  | "missing"
  | "duplicated"
  | "duplicatedByUuid"
>;

/** Why a proof is red; an empty topic is none: only the caller knows whether there must be something. */
export function reasonsOf(
  numbers: Counted,
  different: number,
  derived: DerivedTables,
  atLeast = 0,
): string[] {
  const reasons: string[] = [];
  const { expected } = numbers;
  const stored = numbers.present + numbers.deadLettered + numbers.quarantined;
  if (expected === 0 && stored > 0) {
    reasons.push(`none of the ${stored} stored events is in any source: nothing was compared`);
  } else if (expected < atLeast) {
    reasons.push(
      `archive and Kafka know of ${expected} events, and there must be at least ${atLeast}`,
    );
  }
  if (numbers.missing > 0) reasons.push(`${numbers.missing} events are missing`);
  if (numbers.duplicated > 0) reasons.push(`${numbers.duplicated} rows are there twice`);
  if (numbers.duplicatedByUuid > 0) {
    reasons.push(
      `${numbers.duplicatedByUuid} events repeat the uuid of an event of another cluster or topic`,
    );
  }
  if (different > 0) reasons.push(`${different} rows differ from the archived message`);
  if (!derived.equal) {
    const [first] = derived.first;
    reasons.push(
      `${derived.differences} sums or definitions differ from the events, first ` +
        `${first?.table ?? ""} ${first?.key ?? ""}: ${first?.derived ?? ""}, by the events ${first?.fromEvents ?? ""}`,
    );
  }
  return reasons;
}
