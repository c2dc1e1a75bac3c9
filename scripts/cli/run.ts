import { rename, writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { UserError } from "../command.ts";
import type { Command, Context, StandaloneCommand } from "../command.ts";
import { parseParams, readConnection, readInput } from "./input.ts";
import type { CommonOptions } from "./input.ts";
import { brief, pretty, toJson } from "./pretty.ts";

/** 0 clean · 1 red · 2 bad input or refused · 3 defect. */
export const EXIT = { clean: 0, red: 1, refused: 2, defect: 3 } as const;

/** How long a command that was told to end may take to reach a safe point; daemons are not hurried. */
const GRACE_MS = 10_000;

/** Where a command's lines go. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (line: string) => void;
}

/**
 * Runs one command to its exit code. Its result goes to stdout, everything else to stderr: progress
 * lines as they are, `warning: …`, and at last `error: …`.
 */
export async function runCommand(
  command: Command | StandaloneCommand,
  given: { readonly common: CommonOptions; readonly params: Readonly<Record<string, unknown>> },
  signal: AbortSignal,
  streams: Streams,
): Promise<number> {
  const { common } = given;
  // A daemon with nothing due holds nothing open: Node would end it before its signal.
  const alive = command.daemon === true ? setInterval(() => undefined, 2 ** 30) : undefined;
  try {
    const input = await readInput(common.input);
    const params: unknown = parseParams(
      command.params,
      { ...input.params, ...given.params },
      command.name,
    );
    const context = contextOf(signal, streams);
    const result =
      "standalone" in command
        ? await command.run(common.stack, params, context)
        : await command.run(
            await readConnection(input, common, command.connectionOutput),
            params,
            context,
          );
    const code = command.exitCode?.(result) ?? EXIT.clean;
    if (common.json === true) streams.out(toJson(result));
    else if (result !== undefined) streams.out(pretty(result));
    if (code !== EXIT.clean) {
      // Whoever reads JSON shows the error alone; a person has just read the result.
      const details = common.json === true ? `:\n${pretty(brief(result), "  ")}` : "; see above";
      streams.err(`error: ${command.name} is red${details}`);
    }
    return code;
  } catch (error) {
    return reportError(error, streams);
  } finally {
    clearInterval(alive);
  }
}

/** Says what went wrong and gives the exit code for it. */
export function reportError(error: unknown, streams: Streams): number {
  if (error instanceof UserError) {
    streams.err(`error: ${error.message}`);
    return EXIT.refused;
  }
  streams.err(`error: defect: ${inspect(error)}`);
  return EXIT.defect;
}

/**
 * A signal that aborts on SIGTERM, SIGINT or the death of the parent that opened an IPC channel.
 * A second one, or a command that is no daemon and does not end in time, ends the process.
 */
export function stopSignal(isDaemon: () => boolean): AbortSignal {
  const controller = new AbortController();
  const stop = (why: string, code: number) => {
    if (controller.signal.aborted) process.exit(code);
    controller.abort(new UserError(`ended by ${why}`));
    if (!isDaemon()) setTimeout(() => process.exit(code), GRACE_MS).unref();
  };
  process.on("SIGTERM", () => {
    stop("SIGTERM", 143);
  });
  process.on("SIGINT", () => {
    stop("SIGINT", 130);
  });
  if (process.connected) {
    process.once("disconnect", () => {
      stop("the death of its parent", EXIT.defect);
    });
    process.channel?.unref();
  }
  return controller.signal;
}

function contextOf(signal: AbortSignal, { err }: Streams): Context {
  // One message, one line: continuation lines would be taken for messages of their own.
  const flat = (message: string) => message.replaceAll(/\s*\n\s*/g, " · ");
  return {
    signal,
    progress: (message) => {
      err(flat(message));
    },
    warn: (message) => {
      err(`warning: ${flat(message)}`);
    },
    ready: () => {
      void announceReady(err);
    },
  };
}

/** The supervisor's health check looks for this file. */
async function announceReady(err: (line: string) => void): Promise<void> {
  const file = process.env["RECOVER_READY_FILE"];
  err("ready");
  if (file === undefined) return;
  await writeFile(`${file}.new`, `${process.pid}\n`);
  await rename(`${file}.new`, file);
}
