import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { httpStatus } from "../vault/s3-errors.ts";
import { checkClaim, claim, type ClaimResult } from "../fence/claim.ts";

const params = z.object({
  optional: z
    .boolean()
    .default(false)
    .describe("pass when there is no control bucket to ask yet: a stack that was never up"),
  observe: z
    .boolean()
    .default(false)
    .describe(
      "take nothing, only refuse when somebody else holds the epoch (a guard in a preview)",
    ),
});

/** Long enough for a slow region, short enough for a preview. */
const answerWithinSeconds = 5;

export default defineCommand({
  name: "claim",
  summary: "Holds the epoch of this stack's line, or refuses by name when another stack holds it",
  params,
  async run(connection, { optional, observe }, reporter): Promise<Partial<ClaimResult>> {
    if (connection.control === undefined && optional) return {};
    const { control } = requireParts(connection, ["control"]);
    try {
      return await withControl(control, async (store) => {
        const asked = observe ? checkClaim(store, connection) : claim(store, connection);
        return (await Promise.race([asked, noAnswer(store.where)])) ?? {};
      });
    } catch (error) {
      if (!optional || !isUnreachable(error)) throw error;
      reporter.progress("no control bucket answers yet: passed, as this stack was never up");
      return {};
    }
  },
});

/** Nothing answered, or the bucket was not made yet: not the same as an answer that refuses. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof UserError)) return false;
  const { cause } = error;
  return cause instanceof Error
    ? cause.name === "NoSuchBucket" || httpStatus(cause) === undefined
    : error instanceof NoAnswer;
}

class NoAnswer extends UserError {}

async function noAnswer(where: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => {
      reject(
        new NoAnswer(
          `the control bucket ${where} does not answer within ${answerWithinSeconds} s, and who holds ` +
            "the epoch is written there: without it nothing may be started. Bring the standby region's " +
            "vault up (`pulumi up` of the stack that owns it), then run this again.",
        ),
      );
    }, answerWithinSeconds * 1000).unref();
  });
}
