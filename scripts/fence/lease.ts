import { asJson, readRecord, type ControlStore } from "./control.ts";
import { keys, leaseRecord, type LeaseRecord } from "./records.ts";

/** Time, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970, may jump. */
  now(): number;
  /** Milliseconds, never jumps: what a watch is measured with. */
  monotonic(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** How far two regions' clocks may be apart, seconds. */
export const defaultClockMarginSeconds = 5;

export async function readLease(
  store: ControlStore,
  line: string,
  epoch: number,
): Promise<LeaseRecord | undefined> {
  return readRecord(store, keys.lease(line, epoch), leaseRecord);
}

export async function writeLease(
  store: ControlStore,
  line: string,
  lease: LeaseRecord,
): Promise<void> {
  await store.write(keys.lease(line, lease.epoch), asJson(lease));
}

export function leaseAgeSeconds(lease: LeaseRecord, now: number): number {
  return (now - Date.parse(lease.renewedAt)) / 1000;
}

export interface Observation {
  /** The lease as it was first seen. */
  readonly first: LeaseRecord;
  /** The lease as it is now. */
  readonly last: LeaseRecord;
  /** Seconds that it has been watched for, by a monotonic clock. */
  readonly watchedSeconds: number;
  /** By the watcher's clock. */
  readonly now: number;
  readonly marginSeconds: number;
}

export type Judgement =
  | { readonly verdict: "alive"; readonly because: string }
  | { readonly verdict: "expired"; readonly ageSeconds: number }
  | { readonly verdict: "wait" };

/**
 * Whether the holder of a lease can still be at work. A renewal that is *seen* counts whatever the
 * clocks say. Without one the lease is over when it is older than T + margin by the clock and was
 * seen still over two renewals, or when it was seen still for T + margin (the holder's clock may
 * run ahead): after T without a renewal the holder has stopped its own side.
 */
export function judgeLease(seen: Observation): Judgement {
  const { first, last, watchedSeconds, marginSeconds } = seen;
  if (last.sequence !== first.sequence || last.renewedAt !== first.renewedAt) {
    return { verdict: "alive", because: `it was renewed while being watched (#${last.sequence})` };
  }
  const limit = last.ttlSeconds + marginSeconds;
  const age = leaseAgeSeconds(last, seen.now);
  const stillOver = Math.min(limit, 2 * last.renewSeconds + 1);
  if (age > limit && watchedSeconds >= stillOver) return { verdict: "expired", ageSeconds: age };
  if (watchedSeconds > limit) {
    return { verdict: "expired", ageSeconds: Math.max(age, watchedSeconds) };
  }
  return { verdict: "wait" };
}

export interface Watched {
  readonly lease: LeaseRecord;
  readonly verdict: "alive" | "expired";
  readonly because: string;
  readonly ageSeconds: number;
  readonly watchedSeconds: number;
}

/** Watches a lease until it can be judged: at most T + margin seconds; undefined when there is none. */
export async function watchLease(
  store: ControlStore,
  line: string,
  epoch: number,
  clock: Clock,
  options: {
    /** @default 5 */ readonly marginSeconds?: number;
    readonly onWait?: (leaseAgeSeconds: number) => void;
  } = {},
): Promise<Watched | undefined> {
  const marginSeconds = options.marginSeconds ?? defaultClockMarginSeconds;
  const first = await readLease(store, line, epoch);
  if (first === undefined) return undefined;
  const start = clock.monotonic();
  let last = first;
  for (;;) {
    const now = clock.now();
    const watchedSeconds = (clock.monotonic() - start) / 1000;
    const judged = judgeLease({ first, last, watchedSeconds, now, marginSeconds });
    if (judged.verdict !== "wait") {
      const ageSeconds =
        judged.verdict === "expired" ? judged.ageSeconds : leaseAgeSeconds(last, now);
      const because =
        judged.verdict === "alive" ? judged.because : `not renewed for ${ageSeconds.toFixed(0)} s`;
      return { lease: last, verdict: judged.verdict, because, ageSeconds, watchedSeconds };
    }
    options.onWait?.(leaseAgeSeconds(last, now));
    await clock.sleep(Math.min(1000, 500 * first.renewSeconds));
    // A lease that vanishes while it is watched is no proof of death: keep the last one seen.
    last = (await readLease(store, line, epoch)) ?? last;
  }
}
