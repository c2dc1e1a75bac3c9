import type { z } from "zod";
import type { Connection } from "./connection.ts";

export { UserError } from "../lib/user-error.ts";

/** What a running command may tell its caller, besides its result. */
export interface Reporter {
  /** One line of progress for people (stderr, or the resource's status line in `pulumi up`). */
  readonly progress: (message: string) => void;
  /** Something that needs attention but does not stop the command. */
  readonly warn: (message: string) => void;
}

/** What the CLI gives a running command: a reporter, and the wish that it ends. */
export interface Context extends Reporter {
  /**
   * Aborted by SIGTERM, SIGINT, a cancelled `pulumi up`, or the death of the process that started
   * this one. Daemons end on it (their `run` returns); others may give up at a safe point, and are
   * ended after 10 s if they have not.
   */
  readonly signal: AbortSignal;
  /** A daemon calls it once it does its work: its supervisor then counts it as healthy. */
  readonly ready: () => void;
}

/**
 * One command of the CLI: `scripts/commands/NAME.ts` exports one as `default`. The same command is
 * run by a person (`npm run dr -- NAME`), by a step resource of the local platform and by a Job.
 */
export interface Command<
  Params extends z.ZodType = z.ZodType,
  Result = unknown,
> extends CommandParts<Params, Result> {
  run(connection: Connection, params: z.infer<Params>, context: Context): Promise<Result>;
}

/**
 * A command that needs no connection of a stack that is up (`recover` runs `pulumi up` itself).
 * `stack` is what `--stack` named.
 */
export interface StandaloneCommand<
  Params extends z.ZodType = z.ZodType,
  Result = unknown,
> extends CommandParts<Params, Result> {
  readonly standalone: true;
  run(stack: string | undefined, params: z.infer<Params>, context: Context): Promise<Result>;
}

interface CommandParts<Params extends z.ZodType, Result> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  /** Options: each top-level field becomes `--kebab-case`; `.describe()` is its help text. */
  readonly params: Params;
  /**
   * Runs until its signal is aborted (archiver, replicator, lease keeper, backup schedule), and
   * calls `context.ready()` when it works.
   * @default false
   */
  readonly daemon?: boolean;
  /**
   * Stack output that `--stack NAME` reads the connection from.
   * @default "connection": reads everything, writes fences and step results
   */
  readonly connectionOutput?: string;
  /** Exit code for a result that is well-formed but red (a proof that fails). @default always 0 */
  exitCode?(result: Result): number;
}

/** Keeps the types of a command's parts together. */
export function defineCommand<Params extends z.ZodType, Result>(
  command: Command<Params, Result>,
): Command<Params, Result> {
  return command;
}

/** The same for a command without a connection. */
export function defineStandaloneCommand<Params extends z.ZodType, Result>(
  command: Omit<StandaloneCommand<Params, Result>, "standalone">,
): StandaloneCommand<Params, Result> {
  return { ...command, standalone: true };
}
