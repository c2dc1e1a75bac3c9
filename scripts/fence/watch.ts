import type { Reporter } from "../command.ts";
import type { Connection } from "../connection.ts";
import { isTransient } from "../archive/transient.ts";
import { systemClock } from "./clock.ts";
import { assertEpoch, FencedError } from "./epoch.ts";
import type { KeeperActions } from "./keeper.ts";
import type { Clock } from "./lease.ts";
import { Side } from "./side.ts";

/** Who can end consumption on this side. Closed when done. */
export type Stopper = Pick<KeeperActions, "stopConsuming"> & { close(): Promise<void> };

/** What a test stands in for. */
export interface WatchParts {
  readonly ask: (connection: Connection) => Promise<unknown>;
  /** Undefined when the connection does not reach both engines: then only the keeper can. */
  readonly open: (connection: Connection) => Stopper | undefined;
  readonly clock: Clock;
}

const real: WatchParts = {
  ask: assertEpoch,
  open: ({ kafka, clickhouse }) =>
    kafka === undefined || clickhouse === undefined
      ? undefined
      : new Side(kafka, clickhouse, undefined),
  clock: systemClock,
};

const againMilliseconds = 3000;

type Watcher = Reporter & { readonly signal: AbortSignal };

/**
 * As `assertEpoch`. When another owner holds the line, this side's consumer is stopped first, again
 * and again until that has worked: the lease keeper does the same, but it may be dead, and its death
 * is what makes a lease expire. An epoch that the *same* owner has gone on to stops nothing: the
 * engines of that one may be behind the same address.
 * @throws what `assertEpoch` throws
 */
export async function holdEpoch(
  connection: Connection,
  context: Watcher,
  parts: WatchParts = real,
): Promise<void> {
  try {
    await parts.ask(connection);
  } catch (error) {
    if (error instanceof FencedError) await stopSide(connection, error.message, context, parts);
    throw error;
  }
}

/**
 * Asks the fence every few seconds until the context's signal.
 * @throws UserError when it refuses this side, after the consumer was stopped; a fence that cannot be read is asked again
 */
export async function watchEpoch(
  connection: Connection,
  context: Watcher,
  everySeconds = 5,
  parts: WatchParts = real,
): Promise<void> {
  while (!context.signal.aborted) {
    await holdEpoch(connection, context, parts).catch((error: unknown) => {
      if (!isTransient(error)) throw error;
    });
    await parts.clock.sleep(everySeconds * 1000, context.signal);
  }
}

async function stopSide(
  connection: Connection,
  why: string,
  { signal, warn }: Watcher,
  { open, clock }: WatchParts,
): Promise<void> {
  const side = open(connection);
  if (side === undefined) return;
  try {
    while (!signal.aborted) {
      try {
        await side.stopConsuming(why, false);
        warn(`this side has stopped consuming: ${why}`);
        return;
      } catch (error) {
        warn(`stopping this side is not complete and is tried again: ${String(error)}`);
      }
      await clock.sleep(againMilliseconds, signal);
    }
  } finally {
    await side.close();
  }
}
