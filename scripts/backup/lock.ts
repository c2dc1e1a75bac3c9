import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { bootId, isAlive, readStat } from "../../engines/proc.ts";
import { type Reporter, UserError } from "../command.ts";
import type { ControlBucket } from "../connection.ts";
import { keys } from "../fence/records.ts";
import { ObjectStore } from "../vault/s3.ts";

const lockRecord = z.object({
  owner: z.string(),
  host: z.string(),
  pid: z.int(),
  startTicks: z.int(),
  /** Of the machine: a pid and its start say nothing after a reboot. */
  bootId: z.string().optional(),
  /** Since when it waits or works. */
  since: z.iso.datetime(),
  what: z.enum(["backup", "move"]).default("backup"),
  /**
   * `paused`: ingest was stopped for a backup's cut; a successor of one that died has to start it again.
   * `abandoned`: the same, by a holder that lives and could not. A move that dies leaves ingest stopped as
   * `detach` does: to be run again.
   */
  phase: z.enum(["running", "paused", "abandoned", "released"]),
  renewedAt: z.iso.datetime(),
});
type LockRecord = z.infer<typeof lockRecord>;

const RENEW_SECONDS = 5;
/** A holder that has not renewed for this long is dead: six renewals. */
const STALE_SECONDS = 30;
/** How long one waits for another. */
const WAIT_SECONDS = 600;

/** What holds the lock: a backup, or a move of stored events between tables. */
export type RowWork = LockRecord["what"];

const named: Record<RowWork, string> = { backup: "backup", move: "move of events" };

export interface RowLock {
  /**
   * A killed predecessor had stopped ingest for its cut. The lock says `paused` until `setPhase` says
   * otherwise, so that it is not forgotten when this process dies, too.
   */
  readonly predecessorPaused: boolean;
  /** Phases are written: @throws UserError when the lock is another's by now. */
  setPhase(phase: "running" | "paused"): Promise<void>;
  /** Writes the lock: what follows is done as its holder. @throws UserError when it is another's by now. */
  confirm(): Promise<void>;
  /** @throws UserError when another one has taken the lock over (this process was suspended). */
  assertHeld(): void;
  release(): Promise<void>;
}

/**
 * What saves stored rows, and what moves them, never runs together in a line: two backups would break
 * each other's chain, and a backup would save other rows than it hashes. The lock is one object,
 * changed only while it is what was read. A holder that died is noticed at once on its own machine,
 * else after 30 s; one that is alive is waited for.
 * @throws UserError when it is still alive after 10 minutes.
 */
export async function takeRowLock(
  control: ControlBucket,
  line: string,
  owner: string,
  reporter: Reporter,
  what: RowWork = "backup",
): Promise<RowLock> {
  const store = new ObjectStore(control);
  const key = keys.announcement(line, "backup-lock");
  const { bucket } = control;
  const { pid } = process;
  const mine = {
    owner,
    what,
    host: hostname(),
    pid,
    startTicks: readStat(pid)?.startTicks ?? 0,
    bootId: bootId(),
    since: new Date().toISOString(),
  };
  let phase: LockRecord["phase"] = "running";
  let etag = "";
  let lost = false;
  let predecessorPaused = false;

  const body = (): string =>
    JSON.stringify({ ...mine, phase, renewedAt: new Date().toISOString() } satisfies LockRecord);
  const writeNow = async (): Promise<boolean> => {
    for (let again = false; ; again = true) {
      const result = await store.putIfMatch(bucket, key, body(), etag);
      if (result.written) etag = result.etag ?? etag;
      if (result.written || again) return result.written;
      // A write whose answer was lost is one's own all the same.
      const head = await store.head(bucket, key);
      const there = await readLock(store, bucket, key);
      if (head === undefined || there === undefined || !isSame(there, mine)) return false;
      etag = head.etag;
    }
  };
  // One after another: of two writes that know the same etag the second would lose to the first.
  let writing: Promise<unknown> = Promise.resolve();
  const write = (): Promise<boolean> => {
    const next = writing.then(writeNow);
    writing = next.catch(() => undefined);
    return next;
  };

  const give = (): void => {
    store.close();
  };
  try {
    for (;;) {
      const head = await store.head(bucket, key);
      if (head === undefined) {
        const { created, etag: first } = await store.putIfAbsent(bucket, key, body());
        if (!created) continue;
        etag = first ?? (await store.head(bucket, key))?.etag ?? "";
        break;
      }
      etag = head.etag;
      const there = await readLock(store, bucket, key);
      if (there !== undefined && there.phase !== "released") {
        await waitUntilDead(there);
        // What it looks like now decides: it may have finished meanwhile.
        if ((await store.head(bucket, key))?.etag !== etag) continue;
        predecessorPaused ||= leftPaused(there);
        if (predecessorPaused) phase = "paused";
        reporter.warn(
          `a ${named[there.what]} of ${there.since} (process ${there.pid} on ${there.host}) ended without ` +
            `finishing: its lock is taken over${there.what === "move" ? ". Run it again" : ""}`,
        );
      }
      if (await write()) break;
    }
  } catch (error) {
    give();
    throw error;
  }
  const timer = setInterval(() => {
    void write()
      .then((held) => {
        lost ||= !held;
      })
      // Unreachable for a while: the lock stays ours until somebody takes it.
      .catch(() => undefined);
  }, RENEW_SECONDS * 1000);
  timer.unref();

  const assertHeld = (): void => {
    if (!lost) return;
    throw new UserError(
      `another backup or move of events took the lock ${key} over while this ${named[what]} did not ` +
        (what === "backup"
          ? "answer: this one stops without a ledger, and harms nothing."
          : "answer: this one stops. Run it again, it goes on where it stopped."),
    );
  };
  const confirm = async (): Promise<void> => {
    assertHeld();
    if (!(await write())) lost = true;
    assertHeld();
  };
  return {
    predecessorPaused,
    assertHeld,
    confirm,
    async setPhase(next) {
      phase = next;
      await confirm();
    },
    async release() {
      clearInterval(timer);
      phase = phase === "paused" ? "abandoned" : "released";
      if (!lost) await write().catch(() => false);
      give();
    },
  };

  /** Until the holder has finished or is dead; a renewal that is seen counts, whatever the clocks say. */
  async function waitUntilDead(there: LockRecord): Promise<void> {
    let last = there;
    let seenAt = performance.now();
    const deadline = seenAt + WAIT_SECONDS * 1000;
    if (Date.now() - Date.parse(there.renewedAt) > STALE_SECONDS * 1000) {
      seenAt -= (STALE_SECONDS - 2 * RENEW_SECONDS) * 1000;
    }
    if (last.phase === "abandoned") return;
    reporter.progress(
      `a ${named[there.what]} runs since ${there.since}: waiting until it has finished`,
    );
    for (;;) {
      if (last.phase === "released" || last.phase === "abandoned") return;
      if (last.host === mine.host && !isAlive(last)) return;
      if (performance.now() - seenAt > STALE_SECONDS * 1000) return;
      if (performance.now() > deadline) {
        throw new UserError(
          `a ${named[last.what]} (since ${last.since}, process ${last.pid} on ${last.host}) is still running after ` +
            `${WAIT_SECONDS / 60} minutes, and this ${named[what]} beside it would leave a backup that cannot be ` +
            "restored. Nothing was done. Run this again when it has finished.",
        );
      }
      await sleep(1000);
      const now = await readLock(store, bucket, key);
      if (now !== undefined && now.renewedAt !== last.renewedAt) {
        last = now;
        seenAt = performance.now();
      }
    }
  }
}

/** Whether ingest waits for somebody to start it again: a backup died in its pause, or gave up. */
export async function isLeftPaused(control: ControlBucket, line: string): Promise<boolean> {
  const store = new ObjectStore(control);
  try {
    const key = keys.announcement(line, "backup-lock");
    const there = await readLock(store, control.bucket, key);
    return there !== undefined && leftPaused(there);
  } finally {
    store.close();
  }
}

function leftPaused({ phase }: LockRecord): boolean {
  return phase === "paused" || phase === "abandoned";
}

async function readLock(
  store: ObjectStore,
  bucket: string,
  key: string,
): Promise<LockRecord | undefined> {
  const text = await store.getText(bucket, key);
  return text === undefined ? undefined : lockRecord.safeParse(JSON.parse(text)).data;
}

function isSame(
  a: LockRecord,
  b: Pick<LockRecord, "owner" | "host" | "pid" | "startTicks" | "since">,
): boolean {
  return (
    a.owner === b.owner &&
    a.host === b.host &&
    a.pid === b.pid &&
    a.startTicks === b.startTicks &&
    a.since === b.since
  );
}
