import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../command.ts";
import type { ControlBucket, VaultSide } from "../connection.ts";
import { isTransient, untilDone } from "../archive/transient.ts";
import { keys } from "../fence/records.ts";
import { attemptOf, ObjectStore } from "../vault/s3.ts";
import { explainS3Error } from "../vault/s3-errors.ts";
import { copyVersion, type Place, type Version } from "./copy.ts";
import { drawLag, LagMeter } from "./lag.ts";
import { OffsetSpans, summaryOf } from "./pending.ts";

export interface ReplicatorOptions {
  readonly line: string;
  readonly minLagSeconds: number;
  readonly maxLagSeconds: number;
  readonly seed: number;
  /** Between two listings of the source. */
  readonly pollSeconds: number;
  /** Objects under way at once. */
  readonly concurrency: number;
  readonly statusSeconds: number;
}

export interface ReplicatorResult {
  readonly copied: number;
  readonly bytes: number;
  /** Objects that had not arrived when it ended. */
  readonly pending: number;
  /** Seconds, of the newest 10,000 copies. */
  readonly lagSeconds: { readonly p50: number; readonly max: number };
}

interface Route {
  readonly name: "backups" | "archive";
  readonly from: Place;
  readonly to: Place;
  /** What was taken in, by key: the version that is there, or on its way. */
  readonly seen: Map<string, string>;
}

interface Job extends Version {
  readonly route: Route;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  /** Of an archive object: offsets since the object before it, so at least its events. */
  readonly offsets: number;
  due: number;
  attempts: number;
}

/**
 * Stands in for S3 cross-region replication: every new version of an object arrives at the other
 * side after a lag of its own, so in another order than it was written. Nothing is ever deleted.
 */
export async function runReplicator(
  source: VaultSide,
  target: VaultSide,
  control: ControlBucket,
  options: ReplicatorOptions,
  context: Context,
): Promise<ReplicatorResult> {
  const from = new ObjectStore(source);
  const to = new ObjectStore(target);
  const status = new ObjectStore(control);
  const routes = (["backups", "archive"] as const).map((name): Route => ({
    name,
    from: { store: from, bucket: source[name] },
    to: { store: to, bucket: target[name] },
    seen: new Map(),
  }));
  const lag = new LagMeter();
  const pending = new Set<Job>();
  const underWay = new Set<Job>();
  const running = new Set<Promise<void>>();
  let copied = 0;
  let bytes = 0;
  let failure: unknown;
  try {
    for (const { store, bucket } of routes.flatMap((route) => [route.from, route.to])) {
      await untilDone(
        () => store.requireBucket(bucket),
        context.signal,
        (message) => {
          context.warn(message);
        },
      );
    }
    context.ready();
    await Promise.all([pollLoop(), copyLoop(), statusLoop()]);
  } finally {
    await Promise.allSettled(running);
    for (const store of [from, to, status]) store.close();
  }
  if (failure !== undefined) throw failure as Error;
  return { copied, bytes, pending: pending.size, lagSeconds: lag.summary() };

  function ended(): boolean {
    return context.signal.aborted || failure !== undefined;
  }

  async function pause(seconds: number): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: context.signal }).catch(() => undefined);
  }

  async function pollLoop(): Promise<void> {
    while (!ended()) {
      for (const route of routes) {
        await takeIn(route).catch((error: unknown) => {
          trouble(`the source's bucket ${route.from.bucket} cannot be listed`, error);
        });
      }
      await pause(options.pollSeconds);
    }
  }

  async function takeIn(route: Route): Promise<void> {
    const spans = new OffsetSpans();
    for await (const { key, etag, size, lastModified } of route.from.store.list(
      route.from.bucket,
      "",
    )) {
      if (ended()) return;
      const offsets = spans.of(key);
      if (route.seen.get(key) === etag) continue;
      route.seen.set(key, etag);
      const writtenAt = lastModified.getTime();
      const seconds = drawLag(
        {
          minSeconds: options.minLagSeconds,
          maxSeconds: options.maxLagSeconds,
          seed: options.seed,
        },
        { bucket: route.name, key, etag },
      );
      const due = writtenAt + seconds * 1000;
      pending.add({ route, key, etag, size, writtenAt, offsets, due, attempts: 0 });
    }
  }

  async function copyLoop(): Promise<void> {
    while (!ended()) {
      const now = Date.now();
      const due = [...pending].filter((job) => job.due <= now).sort((a, b) => a.due - b.due);
      for (const job of due) {
        while (running.size >= options.concurrency) await Promise.race(running);
        if (ended()) return;
        pending.delete(job);
        underWay.add(job);
        const copy = copyOne(job).finally(() => {
          underWay.delete(job);
          running.delete(copy);
        });
        running.add(copy);
      }
      await pause(0.05);
    }
  }

  async function copyOne(job: Job): Promise<void> {
    const { route, key, etag } = job;
    try {
      const outcome = await copyVersion(route.from, route.to, job);
      if (outcome === "gone") {
        // Whatever is there now is another version: the next listing takes it in.
        if (route.seen.get(key) === etag) route.seen.delete(key);
      } else if (outcome === "copied") {
        copied += 1;
        bytes += job.size;
        lag.add((Date.now() - job.writtenAt) / 1000);
      }
    } catch (error) {
      trouble(`${key} cannot be copied yet`, error);
      job.attempts += 1;
      job.due = Date.now() + Math.min(10_000, 500 * 2 ** job.attempts);
      pending.add(job);
    }
  }

  function trouble(what: string, error: unknown): void {
    const explained = explainS3Error(error, {
      ...attemptOf(to.access),
      action: "replicate",
      bucket: target.backups,
    });
    if (isTransient(error)) {
      context.warn(`${what}, trying again: ${explained instanceof Error ? explained.message : ""}`);
    } else {
      failure ??= explained;
    }
  }

  async function statusLoop(): Promise<void> {
    while (!ended()) {
      await pause(options.statusSeconds);
      const now = Date.now();
      const missing = summaryOf([...pending, ...underWay], now);
      const { p50, max } = lag.summary();
      const body = {
        time: new Date(now).toISOString(),
        copied,
        bytes,
        pending: missing.objects,
        /** Offsets of archive objects that have not arrived: their events, and transactions' markers. */
        pendingEvents: missing.offsets,
        /** Age of the oldest write that has not arrived. */
        lagSeconds: round(missing.ageSeconds),
        measured: { p50: round(p50), max: round(max) },
        settings: { min: options.minLagSeconds, max: options.maxLagSeconds, seed: options.seed },
      };
      context.progress(
        `replicated ${copied} objects, ${body.pending} on their way, lag p50 ${body.measured.p50} s, max ${body.measured.max} s`,
      );
      await status
        .put(control.bucket, keys.announcement(options.line, "replicator"), JSON.stringify(body), {
          contentType: "application/json",
        })
        .catch((error: unknown) => {
          context.warn(`status not written: ${error instanceof Error ? error.message : ""}`);
        });
    }
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
