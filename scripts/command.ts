import type { z } from "zod";
import type { Connection } from "./connection.ts";

/** What a running command may tell its caller, besides its result. */
export interface Reporter {
  /** One line of progress for people (stderr, or the resource's status line in `pulumi up`). */
  progress(message: string): void;
  /** Something that needs attention but does not stop the command. */
  warn(message: string): void;
}

/**
 * One command of the CLI: `scripts/commands/NAME.ts` exports one as `default`. The same command is
 * run by a person (`npm run dr -- NAME`), by a step resource of the local platform and by a Job.
 */
export interface Command<Params extends z.ZodType = z.ZodType, Result = unknown> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  /** Options: each top-level field becomes `--kebab-case`; `.describe()` is its help text. */
  readonly params: Params;
  run(connection: Connection, params: z.infer<Params>, reporter: Reporter): Promise<Result>;
  /**
   * Runs until SIGTERM when true (archiver, replicator, lease keeper, backup schedule).
   * @default false
   */
  readonly daemon?: boolean;
  /** Exit code for a result that is well-formed but red (a proof that fails). @default always 0 */
  exitCode?(result: Result): number;
}

/** Keeps the types of a command's parts together. */
export function defineCommand<Params extends z.ZodType, Result>(
  command: Command<Params, Result>,
): Command<Params, Result> {
  return command;
}

/**
 * A failure the user can act on: what is wrong, why, and what to do. Anything else that is thrown
 * is a defect and is shown with its stack.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}
