import { z } from "zod";
import { pulumi } from "../../scripts/cli/pulumi.ts";
import { defineStandaloneCommand, UserError } from "../../scripts/command.ts";
import { recoverable } from "../../stacks/settings/parts.ts";
import { lostResources } from "../let-go/lost.ts";
import { requireStack } from "../stack/file.ts";
import { readState } from "../teardown/state.ts";

const params = z.object({
  dryRun: z.boolean().default(false).describe("only say what it would be; nothing is changed"),
});

export interface LetGo {
  readonly stack: string;
  /** What is protected no longer, or would be. */
  readonly released: readonly string[];
}

const recoveries = z.array(recoverable);

/**
 * Changes the state alone: nothing of AWS is touched, and nothing is deleted by it. The `pulumi up` behind it makes the
 * new engine, and lets go of the lost one when all of the recovery is done.
 */
export default defineStandaloneCommand({
  name: "let-go",
  summary:
    "After an engine was lost and recover:recoveries names it: takes the protection from what is left of it",
  params,
  async run(asked, { dryRun }, context): Promise<LetGo> {
    const stack = requireStack(asked);
    const state = `the state of stack "${stack}"`;
    const named = recoveries.parse(await recoveriesOf(stack));
    if (named.length === 0) {
      throw new UserError(
        `recover:recoveries of stack "${stack}" names no engine: nothing was changed. Name what was lost first, for ` +
          `example: pulumi config set --stack ${stack} --path 'recover:recoveries[0]' clickhouse`,
      );
    }
    const exported = await pulumi(["stack", "export", "--stack", stack], state);
    const lost = lostResources(readState(exported, state), named);
    for (const { urn } of dryRun ? [] : lost) {
      await pulumi(["state", "unprotect", "--stack", stack, "--yes", urn], state);
      context.progress(`protected no longer: ${urn}`);
    }
    return { stack, released: lost.map(({ urn }) => urn) };
  },
});

async function recoveriesOf(stack: string): Promise<unknown> {
  const text = await pulumi(
    ["config", "--stack", stack, "--json"],
    `the configuration of stack "${stack}"`,
  );
  const config = JSON.parse(text) as Record<string, { value?: string; objectValue?: unknown }>;
  const found = config["recover:recoveries"];
  return found?.objectValue ?? JSON.parse(found?.value ?? "[]");
}
