import { z } from "zod";
import { readRecord, type ControlStore } from "../fence/control.ts";
import { keys } from "../fence/records.ts";

/** What the daemons and commands say about themselves in the control bucket; only what is used here. */
const time = z.string();

export const announcements = {
  archiver: z.object({
    time,
    stack: z.string(),
    epoch: z.int().positive(),
    flushSeconds: z.number(),
    /** Events in Kafka that are not durable in the archive. */
    lag: z.number(),
    lastFlushAt: z.string().nullish(),
  }),
  replicator: z.object({
    time,
    /** Objects that have not arrived. */
    pending: z.number(),
    /** Offsets in those of the archive; absent: it was not said. */
    pendingEvents: z.number().nullish(),
    /** Age of the oldest write that has not arrived. */
    lagSeconds: z.number(),
  }),
  backup: z.object({ time, id: z.string(), kind: z.string(), seconds: z.number() }),
  proof: z.object({
    at: time,
    stack: z.string(),
    epoch: z.int().positive(),
    ok: z.boolean(),
    /** Events that the sources knew of; absent in the proofs of an older version. */
    expected: z.number().optional(),
    missing: z.number(),
    duplicated: z.number(),
    reasons: z.array(z.string()),
  }),
  /** What was last asked for, by `attach` or `detach`: what `keep-ingest` goes by. */
  ingest: z.object({
    time,
    stack: z.string(),
    epoch: z.int().positive(),
    wanted: z.enum(["attached", "detached"]),
  }),
  /** How fast an earlier recovery of this line was: what a plan reckons with. */
  throughput: z.object({
    time,
    restoreBytesPerSecond: z.number().positive().nullable(),
    replayBytesPerSecond: z.number().positive().nullable(),
    /** Everything that does not depend on the amount of data. */
    fixedSeconds: z.number().nonnegative(),
  }),
};
type Announcements = typeof announcements;

/** The newest announcement of a kind; undefined when there was none. */
export async function readAnnouncement<K extends keyof Announcements>(
  store: ControlStore,
  line: string,
  kind: K,
): Promise<z.infer<Announcements[K]> | undefined> {
  return readRecord(store, keys.announcement(line, kind), announcements[kind]) as Promise<
    z.infer<Announcements[K]> | undefined
  >;
}

/** What would be lost if the primary's region went away at the time of its last word. */
export const atRisk = z.object({
  /** Events that were in Kafka alone, or in objects that were on their way; null: it is not known. */
  events: z.number().nullable(),
  /** Age of the oldest write that had not reached this region, plus the time since the last flush. */
  seconds: z.number().nullable(),
  /** When that was said. */
  at: z.string().nullable(),
});
export type AtRisk = z.infer<typeof atRisk>;

/** Of two words the later one tells nothing of what happened since the other, seconds. */
const silentSeconds = 30;

/** Reckoned from what archiver and replicator announced last, and the last renewal of the lease. */
export async function readAtRisk(
  store: ControlStore,
  line: string,
  leaseRenewedAt: string | undefined,
): Promise<AtRisk> {
  const archiver = await readAnnouncement(store, line, "archiver");
  const replicator = await readAnnouncement(store, line, "replicator");
  if (archiver === undefined) return { events: null, seconds: null, at: null };
  const last = Math.max(Date.parse(archiver.time), Date.parse(leaseRenewedAt ?? archiver.time));
  const flushed = archiver.lastFlushAt == null ? undefined : Date.parse(archiver.lastFlushAt);
  const sinceFlush =
    archiver.lag === 0 || flushed === undefined ? archiver.flushSeconds : (last - flushed) / 1000;
  const silence =
    replicator === undefined ? undefined : (last - Date.parse(replicator.time)) / 1000;
  // A replicator that had fallen silent copied nothing from then on, and nobody counted that.
  const since = silence !== undefined && silence > silentSeconds ? silence : 0;
  const pending =
    replicator === undefined || since > 0
      ? null
      : (replicator.pendingEvents ?? (replicator.pending === 0 ? 0 : null));
  const seconds = Math.max(0, sinceFlush) + (replicator?.lagSeconds ?? 0) + since;
  return {
    events: pending === null ? null : archiver.lag + pending,
    seconds: Math.round(seconds * 10) / 10,
    at: archiver.time,
  };
}
