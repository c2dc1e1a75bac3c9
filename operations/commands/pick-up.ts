import { execa } from "execa";
import { z } from "zod";
import { environment, projectRoot } from "../../scripts/cli/pulumi.ts";
import { defineStandaloneCommand } from "../../scripts/command.ts";
import { clearDeadLocks } from "../../scripts/status/recover.ts";
import { requireStack } from "../stack/file.ts";
import { findArns } from "../pick-up/arns.ts";
import { pickUp, type PickedUp } from "../pick-up/pick-up.ts";

/**
 * Changes the state alone: nothing is made and nothing deleted. Safe to run again after it was killed.
 */
export default defineStandaloneCommand({
  name: "pick-up",
  summary:
    "After a `pulumi up` that was killed: takes what it had begun, and is there, into the state",
  params: z.object({}),
  async run(asked, _params, context): Promise<PickedUp> {
    const stack = requireStack(asked);
    await clearDeadLocks(stack, context);
    return pickUp(
      async (args) => {
        context.progress(`pulumi ${args.join(" ")}`);
        const { exitCode, all } = await execa("pulumi", [...args, "--non-interactive"], {
          cwd: projectRoot,
          env: environment(),
          reject: false,
          all: true,
          stdin: "ignore",
        });
        return { exitCode: exitCode ?? 1, text: all };
      },
      stack,
      findArns(),
    );
  },
});
