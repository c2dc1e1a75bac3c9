import { isTransient, untilDone } from "../archive/transient.ts";
import { attachIngest, type IngestOptions } from "../clickhouse/attach.ts";
import { withClickHouse } from "../clickhouse/client.ts";
import type { Context } from "../command.ts";
import { type Connection, requireParts } from "../connection.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { grantConsumer } from "../kafka/acls.ts";
import { isLeftPaused, type RowLock, takeRowLock } from "./lock.ts";

/**
 * Asked before ingest is started again: whether lock and epoch are still this side's. A process that
 * stood still meanwhile would else move the cursors under its successor.
 *
 * Where the control bucket does not answer, this waits until it does, and ingest with it: the events
 * are in Kafka, whereas a cursor that was moved under another's consumer doubles sums for good. The
 * lease cannot be renewed meanwhile either, so this side is about to stop itself anyway.
 * @returns whether it had to wait
 * @throws UserError by name when somebody else has the lock or the epoch
 */
export async function untilConfirmed(
  connection: Connection,
  lock: RowLock,
  { signal, warn }: Pick<Context, "signal" | "warn">,
): Promise<boolean> {
  const ask = async (): Promise<void> => {
    await lock.confirm();
    await assertEpoch(connection);
  };
  try {
    // Also when this process was told to end: it does not leave ingest stopped.
    await ask();
    return false;
  } catch (error) {
    if (!isTransient(error)) throw error;
    warn(`ingest stays stopped until the control bucket answers: ${String(error)}`);
  }
  await untilDone(ask, signal, (message, attempt) => {
    if (attempt % 6 === 0) warn(`ingest is still stopped, the control bucket says: ${message}`);
  });
  return true;
}

/**
 * The login in force may consume: its lease keeper takes that away when events of its own do not
 * arrive. Only after the fence was asked.
 */
export async function letConsume({ kafka }: IngestOptions): Promise<void> {
  if (kafka.consumer !== undefined) await grantConsumer(kafka, kafka.consumer.name);
}

/** Starts ingest that a backup which died in its pause had stopped. Nothing when it runs. */
export async function endPause(
  connection: Connection,
  options: IngestOptions,
  lock: RowLock,
  context: Pick<Context, "signal" | "warn">,
): Promise<void> {
  context.warn("a killed backup had stopped ingest for its cut: starting it again");
  await untilConfirmed(connection, lock, context);
  await letConsume(options);
  await attachIngest(options);
  await lock.setPhase("running");
}

/** The same where no backup is due: at the start of the schedule. */
export async function endLeftPause(connection: Connection, context: Context): Promise<void> {
  const { control, line, owner, kafka, clickhouse, vault } = requireParts(connection, [
    "control",
    "kafka",
    "clickhouse",
  ]);
  if (!(await isLeftPaused(control, line))) return;
  // A holder that lives is waited for: it goes on by itself.
  const lock = await takeRowLock(control, line, owner, context);
  try {
    if (!lock.predecessorPaused) return;
    await withClickHouse(clickhouse, (server) => {
      const options = { clickhouse: server, kafka, line, reporter: context };
      return endPause(connection, vault ? { ...options, vault } : options, lock, context);
    });
  } finally {
    await lock.release();
  }
}
