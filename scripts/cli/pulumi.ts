import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { loadTools } from "../../setup/tools.mjs";
import { UserError } from "../command.ts";

/** Folder of Pulumi.yaml. */
export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/** One output of a stack, secrets shown. */
export async function stackOutput(stack: string, output: string): Promise<unknown> {
  const printed = await pulumi(
    ["stack", "output", output, "--show-secrets", "--json", "--stack", stack],
    `the output "${output}" of stack "${stack}"`,
  );
  return JSON.parse(printed) as unknown;
}

/**
 * Runs the Pulumi CLI on this project.
 *
 * @param wanted what it is run for, in the error
 * @param input given on stdin
 * @returns what it printed
 */
export async function pulumi(
  args: readonly string[],
  wanted: string,
  input?: string,
): Promise<string> {
  const result = await execa("pulumi", args, {
    cwd: projectRoot,
    env: environment(),
    reject: false,
    ...(input === undefined ? { stdin: "ignore" } : { input }),
  });
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim() || (result.originalMessage ?? "it could not be started");
  throw new UserError(
    `Pulumi does not give ${wanted}: ${said}\n` +
      'Is the stack up ("pulumi stack ls"), and are its backend and passphrase set?',
  );
}

/** Where Pulumi and its plugins are, on top of this process's environment. */
export function environment(): Record<string, string | undefined> {
  try {
    const tools = loadTools();
    return {
      PATH: [tools.binDir, dirname(tools.node), process.env["PATH"]].join(delimiter),
      PULUMI_HOME: process.env["PULUMI_HOME"] ?? tools.pulumiHome,
    };
  } catch {
    return {}; // Without the project's own set-up: the user's Pulumi.
  }
}
