import { z } from "zod";
import { UserError } from "../command.ts";
import { requireParts, type Connection } from "../connection.ts";
import { withControl } from "./control.ts";
import { readFence } from "./epoch.ts";

/** Parameter of the boxes that read what another line wrote. */
export const sourceLine = z
  .string()
  .min(1)
  .optional()
  .describe(
    "epoch line whose backups and archive are read; default: the stack's own (a drill reads main)",
  );

/**
 * How long a PUT may be under way, seconds: it counts from its beginning, and is seen at its end. An
 * object that is left out on this account is what a drill a moment earlier would not have seen.
 */
const settlingSeconds = 5;

/**
 * Beside a living primary the archive goes on growing: a drill reads what was there when it took its
 * own epoch, and proves just that. Undefined when a line reads itself: then everything counts.
 *
 * @param source line that is read. @default the connection's own
 * @throws UserError when the drill has not taken its epoch yet
 */
export async function readsUntil(
  connection: Connection,
  source = connection.line,
): Promise<Date | undefined> {
  const { line } = connection;
  if (source === line) return undefined;
  const { control } = requireParts(connection, ["control"]);
  const fence = await withControl(control, (store) => readFence(store, line, 1));
  if (fence === undefined) {
    throw new UserError(
      `line "${line}" has not begun: without its first fence record nobody knows which part of line ` +
        `"${source}" it rehearses. Run \`pulumi up --stack ${connection.stack}\` first.`,
    );
  }
  return new Date(Date.parse(fence.time) - settlingSeconds * 1000);
}
