import { Cron } from "croner";
import { epochPrefix } from "../archive/layout.ts";
import { isTransient } from "../archive/transient.ts";
import { type Context, UserError } from "../command.ts";
import { type Connection, requireParts } from "../connection.ts";
import { holdEpoch, watchEpoch } from "../fence/watch.ts";
import { publicKeyOf } from "../ledger/sign.ts";
import { ObjectStore } from "../vault/s3.ts";
import { storeSnapshot } from "../zookeeper/snapshots.ts";
import { backup } from "./backup.ts";
import { pickChain } from "./chains.ts";
import { endLeftPause } from "./pause.ts";

export interface ScheduleOptions {
  readonly fullCron?: string;
  readonly incrementalCron?: string;
  /** @default no snapshots */
  readonly zookeeperSeconds?: number;
  /** Take a full backup at once when this epoch has none. */
  readonly initial: boolean;
}

export interface ScheduleResult {
  readonly backups: number;
  readonly failed: number;
  readonly snapshots: number;
}

/**
 * Takes backups and ensemble snapshots when they are due, one after another, until the signal. A
 * failed one is reported and tried again when the next is due; a fenced side stops for good.
 */
export async function runSchedule(
  connection: Connection,
  options: ScheduleOptions,
  context: Context,
): Promise<ScheduleResult> {
  const { vault, zookeeper, signing } = requireParts(connection, ["vault", "control", "signing"]);
  const totals = { backups: 0, failed: 0, snapshots: 0 };
  let failure: unknown;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  // The lease keeper may be dead: a fenced side stops its consumer, whoever notices.
  await holdEpoch(connection, context);

  // One at a time: what comes due meanwhile waits for its turn.
  let queue: Promise<void> = Promise.resolve();
  const enqueue = (what: string, work: () => Promise<void>): Promise<void> => {
    queue = queue.then(async () => {
      if (signal.aborted) return;
      try {
        await holdEpoch(connection, context);
      } catch (error) {
        if (isTransient(error))
          context.warn(`${what}: the fence cannot be read, trying all the same`);
        else {
          failure ??= error;
          stop.abort();
          return;
        }
      }
      await work().catch((error: unknown) => {
        totals.failed += 1;
        const why = error instanceof UserError ? error.message : String(error);
        context.warn(`${what} failed, the next one is tried when it is due: ${why}`);
      });
    });
    return queue;
  };
  const take = (kind: "full" | "incremental"): Promise<void> =>
    enqueue(`${kind} backup`, async () => {
      await backup(connection, kind, context);
      totals.backups += 1;
    });

  const jobs = (
    [
      ["full", options.fullCron],
      ["incremental", options.incrementalCron],
    ] as const
  ).flatMap(([kind, cron]) =>
    cron === undefined
      ? []
      : [new Cron(cron, { protect: true, timezone: "UTC" }, () => take(kind))],
  );
  const timer =
    zookeeper === undefined || options.zookeeperSeconds === undefined
      ? undefined
      : setInterval(() => {
          void enqueue("ZooKeeper snapshot", async () => {
            await storeSnapshot(zookeeper, vault, epochPrefix(connection.epoch, connection.line));
            totals.snapshots += 1;
          });
        }, options.zookeeperSeconds * 1000);
  void watchEpoch(connection, { ...context, signal }).catch((error: unknown) => {
    failure ??= error;
    stop.abort();
  });
  context.ready();
  void enqueue("starting ingest that a killed backup had stopped", () =>
    endLeftPause(connection, context),
  );
  if (options.initial && !(await hasChain())) void take("full");
  context.progress(
    jobs.length === 0
      ? "no schedule is set: backups are taken by hand only"
      : `next backup at ${nextRun(jobs)}`,
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
  for (const job of jobs) job.stop();
  clearInterval(timer);
  // A backup under way is not waited for: killed anywhere it harms nothing.
  if (failure !== undefined) throw failure as Error;
  return totals;

  async function hasChain(): Promise<boolean> {
    const store = new ObjectStore(vault);
    try {
      const trust = { ...connection.trust, ...publicKeyOf(signing) };
      const { chain } = await pickChain(store, vault, connection.line, trust, {
        deep: false,
        accept: (found) => found.epoch === connection.epoch,
      });
      return chain !== undefined;
    } finally {
      store.close();
    }
  }
}

function nextRun(jobs: readonly Cron[]): string {
  const times = jobs.map((job) => job.nextRun()?.getTime() ?? Infinity);
  return new Date(Math.min(...times)).toISOString();
}
