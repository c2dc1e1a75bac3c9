import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Workspace } from "./workspace.ts";

const cli = fileURLToPath(new URL("../../scripts/cli.ts", import.meta.url));

/** A command of `scripts/cli.ts` at work, as an operator would start it. */
export interface RunningCommand {
  /** Its result, or why it failed; never throws. */
  readonly ended: Promise<{
    readonly exitCode: number;
    readonly result: unknown;
    readonly said: string;
  }>;
  kill(): void;
}

/** Starts a command with its connection on stdin. */
export function runCommand(
  workspace: Workspace,
  name: string,
  connection: unknown,
  params: Readonly<Record<string, unknown>> = {},
): RunningCommand {
  const running = execa(workspace.tools.node, [cli, name, "--input", "-", "--json"], {
    cwd: join(workspace.folder, "project"),
    env: { ...workspace.env, RECOVER_FAILPOINTS: workspace.failpoints },
    extendEnv: false,
    input: JSON.stringify({ connection, params }),
    reject: false,
  });
  const ended = running.then(({ exitCode, stdout, stderr }) => ({
    exitCode: exitCode ?? -1,
    result: parse(stdout),
    said: stderr,
  }));
  return {
    ended,
    kill: () => {
      running.kill("SIGKILL");
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
