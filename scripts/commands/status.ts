import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { checkEngines } from "../status/engines.ts";
import { factsOf } from "../status/facts.ts";
import { isProtected, judge, type Check } from "../status/judge.ts";

const hours = (n: number): number => n * 3600;

const params = z.object({
  proofSeconds: z
    .number()
    .positive()
    .default(hours(24))
    .describe("age from which the last proof does not count any more"),
  backupSeconds: z
    .number()
    .positive()
    .default(hours(26))
    .describe("age from which the last backup does not count any more"),
  lagSeconds: z
    .number()
    .positive()
    .default(60)
    .describe("how long events may wait for archive and replication"),
});

export interface StatusResult {
  readonly ok: boolean;
  /** What a loss at this moment would find: an archiver at work and a backup of this epoch. */
  readonly protection: "PROTECTED" | "UNPROTECTED";
  readonly stack: string;
  readonly checks: readonly Check[];
}

export default defineCommand({
  name: "status",
  summary: "Says whether the platform works and could be recovered; what is not known is red",
  params,
  async run(connection, limits): Promise<StatusResult> {
    requireParts(connection, ["control"]);
    const [engines, found] = await Promise.all([
      checkEngines(connection),
      factsOf(connection).catch((error: unknown) => {
        if (error instanceof UserError) return error;
        throw error;
      }),
    ]);
    const blind = found instanceof UserError;
    const protectedNow = !blind && isProtected(found, limits);
    const checks: Check[] = [
      ...engines,
      ...(blind
        ? [{ name: "control bucket", ok: false, detail: found.message }]
        : judge(found, limits)),
    ];
    return {
      ok: protectedNow && checks.every(({ ok }) => ok),
      protection: protectedNow ? "PROTECTED" : "UNPROTECTED",
      stack: connection.stack,
      checks,
    };
  },
  exitCode: ({ ok }) => (ok ? 0 : 1),
});
