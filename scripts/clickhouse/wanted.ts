import { UserError, type Reporter } from "../command.ts";
import type { Connection } from "../connection.ts";
import { asJson, withControl } from "../fence/control.ts";
import { keys } from "../fence/records.ts";
import { announcements } from "../status/announcements.ts";

/**
 * Keeps in the control bucket what was asked for: `keep-ingest` starts ingest again that a restart of
 * ClickHouse has ended, never ingest that somebody ended, and never in an epoch that was not attached yet.
 *
 * Without a control bucket that answers the work is done all the same, with a warning: `keep-ingest` cannot ask
 * the fence then either, so it starts nothing.
 */
export async function noteWanted(
  { control, line, epoch, stack }: Connection,
  wanted: "attached" | "detached",
  reporter: Reporter,
): Promise<void> {
  if (control === undefined) return;
  const time = new Date().toISOString();
  const record = announcements.ingest.parse({ time, stack, epoch, wanted });
  try {
    await withControl(control, (store) =>
      store.write(keys.announcement(line, "ingest"), asJson(record)),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    reporter.warn(
      `it was not noted that ingest is to be ${wanted}, so after a restart of ClickHouse \`keep-ingest\` may ` +
        `do otherwise: ${error.message}`,
    );
  }
}
