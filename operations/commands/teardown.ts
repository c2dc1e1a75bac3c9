import { readFileSync } from "node:fs";
import { z } from "zod";
import { pulumi } from "../../scripts/cli/pulumi.ts";
import { defineStandaloneCommand, UserError } from "../../scripts/command.ts";
import { teardownOf, type Teardown } from "../teardown/report.ts";
import { requireStack } from "../stack/file.ts";
import { readState } from "../teardown/state.ts";

const params = z.object({
  state: z
    .string()
    .optional()
    .describe("what `pulumi stack export --file` wrote; default: Pulumi is asked for it"),
});

/** Destroys nothing, asks AWS nothing: it reads the stack's state. */
export default defineStandaloneCommand({
  name: "teardown",
  summary:
    "Says what `pulumi destroy` of a stack would leave on AWS, why, and until when; destroys nothing",
  params,
  async run(asked, { state }): Promise<Teardown> {
    const stack = requireStack(asked);
    const text =
      state === undefined
        ? await pulumi(["stack", "export", "--stack", stack], `the state of stack "${stack}"`)
        : read(state);
    return teardownOf(stack, readState(text, state ?? `the state of ${stack}`), new Date());
  },
});

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
