import type { z } from "zod";
import type { FenceRecord, LeaseRecord } from "../fence/records.ts";
import type { announcements } from "./announcements.ts";

/** One line of the status: red unless something good is *known*. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Thresholds {
  /** Oldest proof that still counts, seconds. */
  readonly proofSeconds: number;
  /** Oldest backup that still counts, seconds. */
  readonly backupSeconds: number;
  /** Longest that events may wait for the archive or the other region, seconds. */
  readonly lagSeconds: number;
}

/** What was found out; undefined: nothing is known of it. */
export interface Facts {
  readonly now: number;
  readonly stack: string;
  readonly owner: string;
  readonly epoch: number;
  readonly line: string;
  /** Whether this stack copies its vault to another region: a primary does. */
  readonly replicates: boolean;
  readonly fence: FenceRecord | undefined;
  readonly lease: LeaseRecord | undefined;
  readonly archiver: z.infer<(typeof announcements)["archiver"]> | undefined;
  readonly replicator: z.infer<(typeof announcements)["replicator"]> | undefined;
  readonly proof: z.infer<(typeof announcements)["proof"]> | undefined;
  readonly backup:
    | {
        readonly id: string | null;
        readonly epoch: number | null;
        readonly createdAt: string | null;
        readonly ok: boolean;
        readonly problem: string | null;
      }
    | undefined;
}

/** A daemon that has not said anything for so long does not run, seconds. */
const silentSeconds = 30;

export function judge(facts: Facts, limits: Thresholds): Check[] {
  return [
    fenceCheck(facts),
    leaseCheck(facts),
    archiverCheck(facts, limits),
    ...(facts.replicates ? [replicatorCheck(facts, limits)] : []),
    backupCheck(facts, limits),
    proofCheck(facts, limits),
  ];
}

/** Whether a loss at this moment could be recovered from: archiver on, and a backup of this epoch. */
export function isProtected(facts: Facts, limits: Thresholds): boolean {
  return (
    archiverCheck(facts, limits).ok &&
    backupCheck(facts, limits).ok &&
    facts.backup?.epoch === facts.fence?.epoch &&
    (!facts.replicates || replicatorCheck(facts, limits).ok)
  );
}

function fenceCheck({ fence, owner, line, epoch }: Facts): Check {
  const name = "epoch";
  if (fence === undefined) return red(name, `nobody holds line "${line}"`);
  if (fence.owner !== owner) {
    return red(
      name,
      `FENCED: epoch ${fence.epoch} is held by stack "${fence.stack}" since ${fence.time}`,
    );
  }
  if (fence.epoch !== epoch) {
    return red(name, `this stack holds epoch ${fence.epoch}, its connection is of epoch ${epoch}`);
  }
  return green(name, `${fence.epoch} of line "${line}" since ${fence.time} (${fence.kind})`);
}

function leaseCheck({ lease, now }: Facts): Check {
  const name = "lease";
  if (lease === undefined) return red(name, "never renewed in this epoch: the keeper does not run");
  const seconds = age(now, lease.renewedAt);
  const said = `renewed ${ago(seconds)}, canary took ${lease.canaryLatencySeconds} s`;
  return seconds > lease.ttlSeconds ? red(name, said) : green(name, said);
}

function archiverCheck({ archiver, now, fence }: Facts, { lagSeconds }: Thresholds): Check {
  const name = "archive";
  if (archiver === undefined) return red(name, "the archiver never said anything");
  const seconds = age(now, archiver.time);
  if (fence !== undefined && archiver.epoch !== fence.epoch) {
    return red(
      name,
      `no archiver of epoch ${fence.epoch}: the last one was of epoch ${archiver.epoch}`,
    );
  }
  if (seconds > silentSeconds)
    return red(name, `the archiver is silent, last word ${ago(seconds)}`);
  const flushed = archiver.lastFlushAt == null ? Infinity : age(now, archiver.lastFlushAt);
  const said = `${archiver.lag} events wait for their object`;
  if (archiver.lag > 0 && flushed > archiver.flushSeconds + lagSeconds) {
    return red(name, `${said}, last object ${flushed === Infinity ? "never" : ago(flushed)}`);
  }
  return green(name, said);
}

function replicatorCheck({ replicator, now }: Facts, { lagSeconds }: Thresholds): Check {
  const name = "replication";
  if (replicator === undefined) return red(name, "the replicator never said anything");
  const seconds = age(now, replicator.time);
  if (seconds > silentSeconds)
    return red(name, `the replicator is silent, last word ${ago(seconds)}`);
  const said = `${replicator.pending} objects on their way, the oldest for ${replicator.lagSeconds} s`;
  return replicator.lagSeconds > lagSeconds ? red(name, said) : green(name, said);
}

function backupCheck({ backup, now }: Facts, { backupSeconds }: Thresholds): Check {
  const name = "backup";
  if (backup === undefined) return red(name, "the vault was not asked");
  if (backup.id === null || !backup.ok) return red(name, backup.problem ?? "there is none");
  const seconds = backup.createdAt === null ? Infinity : age(now, backup.createdAt);
  const said = `${backup.id} of epoch ${backup.epoch ?? "unknown"} verifies, taken ${ago(seconds)}`;
  return seconds > backupSeconds ? red(name, `${said}: too old`) : green(name, said);
}

function proofCheck({ proof, now, fence }: Facts, { proofSeconds }: Thresholds): Check {
  const name = "proof";
  if (proof === undefined) return red(name, "never proven: run `prove`");
  const seconds = age(now, proof.at);
  if (!proof.ok) return red(name, `${ago(seconds)}: ${proof.reasons.join("; ")}`);
  if (fence !== undefined && proof.epoch !== fence.epoch) {
    return red(name, `the last one is of epoch ${proof.epoch}`);
  }
  // A platform that works has its keeper's own events at the least.
  if (proof.expected === 0)
    return red(name, `${ago(seconds)}: it knew of no event, so proved nothing`);
  const said = `nothing missing, nothing twice, ${ago(seconds)}`;
  return seconds > proofSeconds ? red(name, `${said}: too old`) : green(name, said);
}

function age(now: number, time: string): number {
  return Math.max(0, (now - Date.parse(time)) / 1000);
}

function ago(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes ago`;
  return `${Math.round(seconds / 3600)} hours ago`;
}

function red(name: string, detail: string): Check {
  return { name, ok: false, detail };
}

function green(name: string, detail: string): Check {
  return { name, ok: true, detail };
}
