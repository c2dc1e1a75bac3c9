import { z } from "zod";
import { backup } from "../backup/backup.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "backup",
  connectionOutput: "backupConnection",
  summary: "Take a backup of the platform and write its signed ledger",
  params: z.object({
    kind: z
      .enum(["full", "incremental"])
      .optional()
      .describe("full or incremental; default: incremental when there is a chain to add to"),
  }),
  run: (connection, { kind }, context) => backup(connection, kind, context),
});
