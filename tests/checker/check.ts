import { rm } from "node:fs/promises";
import { KnownOffsets, splitAcks, type PartitionAcks } from "./acks.ts";
import type { Archived } from "./archive.ts";
import type { Reader } from "./http.ts";
import { PartitionJudge, type PartitionVerdict } from "./judge.ts";
import { databaseOf, doubledUuids, storedPartitions, storedRows, storedSums } from "./stored.ts";
import { Sums } from "./sums.ts";
import { Tenants, type Tenancy, type TenantVerdict } from "./tenants.ts";

export interface CheckInput {
  readonly reader: Reader;
  /** For example `posthog.events`. */
  readonly eventsTable: string;
  readonly ackLogs: readonly string[];
  /** What the archive's copy held of one cluster when the disaster struck. @default nothing */
  readonly archive?: { readonly clusterId: string; readonly held: Archived };
  /** What PostgreSQL says of teams. @default nothing is known of them, and their walls are not judged */
  readonly tenancy?: Tenancy;
  /** A folder of the checker's own: made, and removed at the end. */
  readonly scratch: string;
  readonly progress?: (text: string) => void;
}

export interface PartitionResult extends PartitionVerdict {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
}

/** Totals over all partitions, and each of them. */
export interface CheckResult {
  readonly eventsAcknowledged: number;
  readonly eventsPresent: number;
  readonly eventsLost: number;
  readonly lostThoughArchived: number;
  readonly eventsDuplicated: number;
  readonly deadLettered: number;
  readonly quarantined: number;
  readonly altered: number;
  readonly misplaced: number;
  readonly abortedPresent: number;
  readonly inDoubtPresent: number;
  readonly unexplained: number;
  /** Milliseconds since 1970; null when nothing was lost. */
  readonly oldestLostAt: number | null;
  readonly newestLostAt: number | null;
  /** Null when PostgreSQL was not asked. */
  readonly tenants: TenantVerdict | null;
  /** Logs that end within a batch. */
  readonly logsCutOff: readonly string[];
  readonly aggregatesEqual: boolean;
  readonly aggregateDifferences: readonly string[];
  readonly partitions: readonly PartitionResult[];
}

/** Compares what producers know with what ClickHouse answers; memory does not grow with the events. */
export async function check(input: CheckInput): Promise<CheckResult> {
  const database = databaseOf(input.eventsTable);
  const split = await splitAcks(input.ackLogs, input.scratch);
  const sent = new Sums();
  const tenants = new Tenants(input.tenancy?.before ?? Infinity);
  const results: PartitionResult[] = [];
  try {
    const stored = await storedPartitions(input.reader, database);
    for (const partition of union(split.partitions, stored)) {
      input.progress?.(
        `checking partition ${partition.partition} of cluster ${partition.clusterId}`,
      );
      const offsets = new KnownOffsets(partition.files);
      const { clusterId, topic } = partition;
      const held = input.archive?.clusterId === clusterId ? input.archive.held : undefined;
      const judge = new PartitionJudge(
        offsets,
        split.inDoubt,
        (record, place) => {
          tenants.add(record.team, place, record.at);
          if (place === "events") sent.add(record.team, record.hour, 1, record.propertiesBytes);
        },
        (offset) => held?.has(partition.partition, offset) ?? false,
      );
      try {
        for await (const rows of storedRows(input.reader, database, partition)) {
          for (const row of rows) judge.row(row);
        }
        const verdict = judge.finish();
        results.push({ clusterId, topic, partition: partition.partition, ...verdict });
      } finally {
        offsets.close();
      }
    }
  } finally {
    await rm(input.scratch, { recursive: true, force: true });
  }
  const differences = sent.differences(await storedSums(input.reader, database));
  const total = (part: (verdict: PartitionVerdict) => number): number =>
    results.reduce((sum, verdict) => sum + part(verdict), 0);
  const lost = total((verdict) => verdict.lost.count);
  const doubled = total((verdict) => verdict.duplicated);
  return {
    eventsAcknowledged: total((verdict) => verdict.acknowledged),
    eventsPresent: total((verdict) => verdict.present),
    eventsLost: lost,
    lostThoughArchived: total((verdict) => verdict.lostThoughArchived),
    // One row too many shows by identity and by uuid: it is the same row.
    eventsDuplicated: Math.max(doubled, await doubledUuids(input.reader, database)),
    deadLettered: total((verdict) => verdict.deadLettered),
    quarantined: total((verdict) => verdict.quarantined),
    altered: total((verdict) => verdict.altered),
    misplaced: total((verdict) => verdict.misplaced),
    abortedPresent: total((verdict) => verdict.abortedPresent),
    inDoubtPresent: total((verdict) => verdict.inDoubtPresent),
    unexplained: total((verdict) => verdict.unexplained),
    oldestLostAt: lost === 0 ? null : Math.min(...results.map((one) => one.lost.oldestAt)),
    newestLostAt: lost === 0 ? null : Math.max(...results.map((one) => one.lost.newestAt)),
    tenants: input.tenancy === undefined ? null : tenants.judge(input.tenancy),
    logsCutOff: split.cutOff,
    aggregatesEqual: differences.count === 0,
    aggregateDifferences: differences.examples,
    partitions: results,
  };
}

/** What is wrong beyond losses, one line each; empty when the result is green. */
export function faults(result: CheckResult): string[] {
  const say = (count: number, text: string): string[] => (count === 0 ? [] : [`${count} ${text}`]);
  const { tenants } = result;
  const teams = tenants === null ? "" : ` (${tenants.examples.join("; ")})`;
  return [
    ...(result.eventsAcknowledged > 0 ? [] : ["no event was acknowledged: nothing was checked"]),
    ...result.logsCutOff.map(
      (log) => `${log} ends within a batch: what was acknowledged after that is not checked`,
    ),
    ...say(tenants?.hidden ?? 0, `events are in quarantine although their team is there${teams}`),
    ...say(tenants?.exposed ?? 0, `events of lost teams are visible${teams}`),
    ...say(tenants?.split ?? 0, `events of teams that are in quarantine are visible${teams}`),
    ...say(result.lostThoughArchived, "events are lost although the archive's copy held them"),
    ...say(result.eventsDuplicated, "events are there more than once"),
    ...say(result.altered, "events were stored with another content than was sent"),
    ...say(result.misplaced, "messages are in the wrong table"),
    ...say(result.abortedPresent, "events of aborted transactions are visible"),
    ...say(result.unexplained, "rows were sent by nobody"),
    ...(result.aggregatesEqual
      ? []
      : [
          `the hourly sums differ from the producers' tallies: ${result.aggregateDifferences.join("; ")}`,
        ]),
  ];
}

function union(
  known: readonly PartitionAcks[],
  stored: readonly { clusterId: string; topic: string; partition: number }[],
): PartitionAcks[] {
  const all = new Map<string, PartitionAcks>();
  for (const one of stored) {
    all.set(JSON.stringify([one.clusterId, one.topic, one.partition]), { ...one, files: [] });
  }
  for (const one of known) all.set(JSON.stringify([one.clusterId, one.topic, one.partition]), one);
  return [...all.values()].sort(
    (a, b) => a.clusterId.localeCompare(b.clusterId) || a.partition - b.partition,
  );
}
