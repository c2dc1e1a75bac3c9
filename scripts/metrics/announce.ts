import { UserError } from "../command.ts";
import { currentFence } from "../fence/epoch.ts";
import { asJson, type ControlStore } from "../fence/control.ts";
import { keys } from "../fence/records.ts";
import type { Connection } from "../connection.ts";
import type { Lags } from "./publish.ts";

/**
 * Says for a sink connector and for S3's replication what our own archiver and replicator say themselves: `status`, and
 * a standby that asks what was at risk, read these records on every platform.
 *
 * @param flushSeconds the archive's flush interval
 * @throws UserError when this side was fenced: its word would be taken for its successor's
 */
export async function announceLags(
  store: ControlStore,
  connection: Connection,
  flushSeconds: number,
  { archive, replication }: Lags,
  now: number,
): Promise<void> {
  if (archive === undefined && replication === undefined) return;
  const { line, stack, owner, epoch } = connection;
  const held = await currentFence(store, line);
  if (held?.owner !== owner || held.epoch !== epoch) {
    throw new UserError(
      `not said, as this is epoch ${epoch} of stack "${stack}" and line "${line}" is held by ` +
        `${held === undefined ? "nobody" : `epoch ${held.epoch} of stack "${held.stack}"`}: run \`pulumi up\` on the stack that is meant.`,
    );
  }
  const time = new Date(now).toISOString();
  if (archive !== undefined) {
    const record = {
      time,
      stack,
      epoch,
      flushSeconds,
      lag: archive.events,
      // What is older than the oldest event that waits is durable.
      lastFlushAt: new Date(now - archive.seconds * 1000).toISOString(),
    };
    await store.write(keys.announcement(line, "archiver"), asJson(record));
  }
  if (replication !== undefined) {
    const record = { time, pending: replication.pending, lagSeconds: replication.seconds };
    await store.write(keys.announcement(line, "replicator"), asJson(record));
  }
}
