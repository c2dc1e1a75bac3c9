import { z } from "zod";
import { defineStandaloneCommand, UserError } from "../command.ts";
import { planRecovery, type RecoveryPlan } from "../status/plan.ts";
import { clearDeadLocks, planInputOf, up } from "../status/recover.ts";

const params = z.object({
  plan: z.boolean().default(false).describe("only show what would happen; nothing is changed"),
});

export interface RecoverResult {
  readonly stack: string;
  /** Only with --plan. */
  readonly plan: RecoveryPlan | null;
  /** Locks of dead processes that were taken away. */
  readonly clearedLocks: number;
  /** Of `pulumi up`; null with --plan. */
  readonly exitCode: number | null;
}

export default defineStandaloneCommand({
  name: "recover",
  summary:
    "Goes on with a stack whose `pulumi up` was killed; --plan shows what a recovery would do",
  params,
  async run(stack, { plan }, context): Promise<RecoverResult> {
    if (stack === undefined) {
      throw new UserError("which stack? Pass --stack NAME, for example --stack local-dr.");
    }
    if (plan) {
      const found = await planRecovery(await planInputOf(stack));
      return { stack, plan: found, clearedLocks: 0, exitCode: null };
    }
    const cleared = await clearDeadLocks(stack, context);
    const exitCode = await up(stack, context);
    return { stack, plan: null, clearedLocks: cleared.length, exitCode };
  },
  exitCode: ({ exitCode }) => (exitCode === null || exitCode === 0 ? 0 : 1),
});
