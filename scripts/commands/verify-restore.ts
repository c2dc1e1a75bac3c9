import { z } from "zod";
import { defineCommand } from "../command.ts";
import { sourceLine } from "../fence/rehearsal.ts";
import { picked } from "../ledger/picked.ts";
import { verifyRestore } from "../restore/verify.ts";

export default defineCommand({
  name: "verify-restore",
  summary: "Compare restored rows with the ledger's content hashes; exit 1 when they differ",
  params: z.object({
    recoveryId: z.string().optional().describe("for the record; not needed"),
    picked: picked.describe("result of pick-ledger (JSON)"),
    line: sourceLine,
  }),
  run: (connection, { picked: { ledger }, line = connection.line }, context) =>
    verifyRestore({ ...connection, line }, ledger, context),
  exitCode: ({ equal }) => (equal ? 0 : 1),
});
