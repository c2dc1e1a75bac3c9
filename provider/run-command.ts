import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { UserError } from "../lib/user-error.ts";
import type { CallContext } from "./resource.ts";
import type { Properties } from "./values.ts";

const cli = fileURLToPath(new URL("../scripts/cli.ts", import.meta.url));

/** How long a cancelled command may take to reach a safe point. */
const GRACE_MS = 10_000;

export interface CommandCall {
  readonly command: string;
  readonly connection?: unknown;
  readonly params?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs one command of the CLI in a process of its own and returns its result. Its connection goes
 * through stdin; its progress and warnings go to the engine as they come. It ends when the context's
 * signal is aborted, or when this process dies (the IPC channel closes).
 * @throws UserError with the command's own error text, and nothing else.
 */
export async function runCommand(call: CommandCall, context: CallContext): Promise<unknown> {
  const { command, connection, params = {}, environment = {} } = call;
  const child = execa(process.execPath, [cli, command, "--json", "--input", "-"], {
    input: JSON.stringify({ connection, params }),
    env: { ...ownEnvironment(), NODE_NO_WARNINGS: "1", ...environment },
    extendEnv: false,
    ipc: true,
    buffer: { stdout: true, stderr: false, ipc: false },
    maxBuffer: 64 * 1024 * 1024,
    reject: false,
    cancelSignal: context.signal,
    forceKillAfterDelay: GRACE_MS,
  });
  const errorLines: string[] = [];
  for await (const line of child.iterable({ from: "stderr" })) {
    if (errorLines.length > 0 || line.startsWith("error: ")) errorLines.push(line);
    else if (line.startsWith("warning: ")) context.warn(line.slice("warning: ".length));
    else context.progress(line);
  }
  const result = await child;
  context.signal.throwIfAborted();
  if (result.exitCode !== 0) {
    throw new UserError(
      errorLines.join("\n").replace(/^error: /, "") ||
        `${command} ended by ${result.signal ?? `exit code ${result.exitCode ?? "none"}`} without a word.`,
    );
  }
  try {
    return JSON.parse(result.stdout) as unknown;
  } catch {
    throw new Error(`${command} did not print one JSON result but: ${result.stdout.slice(0, 500)}`);
  }
}

/** What the engine itself needs (its passphrase, its tokens) is nothing for a command. */
function ownEnvironment(): Properties & Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || name.startsWith("PULUMI_") ? [] : [[name, value]],
    ),
  );
}
