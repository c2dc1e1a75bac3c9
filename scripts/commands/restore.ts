import { z } from "zod";
import { defineCommand } from "../command.ts";
import { sourceLine } from "../fence/rehearsal.ts";
import { picked } from "../ledger/picked.ts";
import { restore } from "../restore/restore.ts";

export default defineCommand({
  name: "restore",
  summary: "Fill an empty ClickHouse from a backup chain",
  params: z.object({
    recoveryId: z
      .string()
      .min(1)
      .describe("who restores: the same id goes on where it was stopped"),
    picked: picked.describe("result of pick-ledger (JSON)"),
    line: sourceLine,
  }),
  run: (connection, { recoveryId, picked: { ledger }, line = connection.line }, context) =>
    restore({ ...connection, line }, recoveryId, ledger, context),
});
