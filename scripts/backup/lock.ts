import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isAlive, readStat } from "../../engines/proc.ts";
import { type Reporter, UserError } from "../command.ts";
import type { ControlBucket } from "../connection.ts";
import { keys } from "../fence/records.ts";
import { ObjectStore } from "../vault/s3.ts";

const lockRecord = z.object({
  owner: z.string(),
  host: z.string(),
  pid: z.int(),
  startTicks: z.int(),
  /** Since when it waits or works. */
  since: z.iso.datetime(),
  /** `paused`: its holder has stopped ingest for the cut; a successor has to start it again. */
  phase: z.enum(["running", "paused", "released"]),
  renewedAt: z.iso.datetime(),
});
type LockRecord = z.infer<typeof lockRecord>;

const RENEW_SECONDS = 5;
/** A holder that has not renewed for this long is dead: six renewals. */
const STALE_SECONDS = 30;
/** How long one backup waits for another. */
const WAIT_SECONDS = 600;

export interface BackupLock {
  /** What a killed predecessor left: true when ingest was stopped for its cut. */
  readonly predecessorPaused: boolean;
  setPhase(phase: "running" | "paused"): Promise<void>;
  /** @throws UserError when another backup has taken the lock over (this process was suspended). */
  assertHeld(): void;
  release(): Promise<void>;
}

/**
 * Two backups of a line never run together: the lock is one object, changed only while it is what
 * was read. A holder that died is noticed at once on its own machine, else after 30 s; one that is
 * alive is waited for.
 * @throws UserError when it is still alive after 10 minutes.
 */
export async function takeBackupLock(
  control: ControlBucket,
  line: string,
  owner: string,
  reporter: Reporter,
): Promise<BackupLock> {
  const store = new ObjectStore(control);
  const key = keys.announcement(line, "backup-lock");
  const { bucket } = control;
  const { pid } = process;
  const mine = {
    owner,
    host: hostname(),
    pid,
    startTicks: readStat(pid)?.startTicks ?? 0,
    since: new Date().toISOString(),
  };
  let phase: LockRecord["phase"] = "running";
  let etag = "";
  let lost = false;
  let predecessorPaused = false;

  const body = (): string =>
    JSON.stringify({ ...mine, phase, renewedAt: new Date().toISOString() } satisfies LockRecord);
  const writeNow = async (): Promise<boolean> => {
    const result = await store.putIfMatch(bucket, key, body(), etag);
    if (result.written) etag = result.etag ?? etag;
    return result.written;
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
      const found = lockRecord.safeParse(JSON.parse((await store.getText(bucket, key)) ?? "null"));
      const there = found.success ? found.data : undefined;
      if (there !== undefined && there.phase !== "released") {
        await waitUntilDead(there);
        // What it looks like now decides: it may have finished meanwhile.
        if ((await store.head(bucket, key))?.etag !== etag) continue;
        predecessorPaused ||= there.phase === "paused";
        reporter.warn(
          `a backup of ${there.since} (process ${there.pid} on ${there.host}) ended without finishing: its lock is taken over`,
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
      `another backup took the lock ${key} over while this one did not answer: this one stops ` +
        "without a ledger, and harms nothing. The other one is the backup.",
    );
  };
  return {
    predecessorPaused,
    assertHeld,
    async setPhase(next) {
      phase = next;
      if (!(await write())) lost = true;
      assertHeld();
    },
    async release() {
      clearInterval(timer);
      phase = "released";
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
    reporter.progress(`a backup runs since ${there.since}: waiting until it has finished`);
    for (;;) {
      if (last.phase === "released") return;
      if (last.host === mine.host && !isAlive(last)) return;
      if (performance.now() - seenAt > STALE_SECONDS * 1000) return;
      if (performance.now() > deadline) {
        throw new UserError(
          `another backup (since ${last.since}, process ${last.pid} on ${last.host}) is still running after ` +
            `${WAIT_SECONDS / 60} minutes: two at once would break each other's chain. Nothing was done. Run this ` +
            "again when it has finished.",
        );
      }
      await sleep(1000);
      const now = lockRecord.safeParse(JSON.parse((await store.getText(bucket, key)) ?? "null"));
      if (now.success && now.data.renewedAt !== last.renewedAt) {
        last = now.data;
        seenAt = performance.now();
      }
    }
  }
}
