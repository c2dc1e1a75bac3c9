import { attachIngest, detachIngest } from "../clickhouse/attach.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { ingestState } from "../clickhouse/ingest.ts";
import type { Context } from "../command.ts";
import { type Connection, requireParts } from "../connection.ts";
import { failpoint } from "../failpoint.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { topicState } from "../kafka/topics.ts";
import { takeRowLock } from "./lock.ts";
import { letConsume, untilConfirmed } from "./pause.ts";

export interface MoveOptions {
  /** `was`: start consuming again only if something did before. */
  readonly afterwards: "consume" | "was";
}

/**
 * Moves stored events between tables: with the lock of the backups, since one that saves the rows
 * before such a move and hashes them after it can never be restored; and with consuming stopped, since
 * a block under way still follows the rule before.
 *
 * Killed anywhere, ingest stays stopped and the next run finishes the move.
 */
export async function moveRows<T>(
  connection: Connection,
  clickhouse: ClickHouse,
  context: Context,
  { afterwards }: MoveOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { kafka, control, line, owner, vault } = requireParts(connection, ["kafka", "control"]);
  await assertEpoch(connection);
  const lock = await takeRowLock(control, line, owner, context, "move");
  try {
    // The wait may have been a long one.
    await assertEpoch(connection);
    const state = await ingestState(clickhouse, kafka, await topicState(kafka));
    const consumes = state === "running" || lock.predecessorPaused;
    // In a recovery nothing has been attached yet, and who moves rows may not even look at the group.
    if (state !== "stopped") {
      const seconds = await detachIngest(clickhouse, kafka);
      context.progress(
        `consuming stopped for a moment (the group was empty after ${seconds.toFixed(1)} s)`,
      );
    }
    await failpoint("move.stopped");
    const result = await work();
    if (consumes || afterwards === "consume") {
      const waited = await untilConfirmed(connection, lock, context);
      const options = { clickhouse, kafka, line, reporter: context };
      if (waited || lock.predecessorPaused) await letConsume(options);
      await attachIngest(vault ? { ...options, vault } : options);
      await lock.setPhase("running");
    } else {
      context.progress("nothing consumed before, so nothing does now: `attach` starts it");
    }
    return result;
  } finally {
    await lock.release();
  }
}
