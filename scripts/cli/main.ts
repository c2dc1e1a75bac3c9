import { readdirSync } from "node:fs";
import { Command as Program, CommanderError } from "commander";
import type { Command, StandaloneCommand } from "../command.ts";
import { commonOptions, optionsOf } from "./options.ts";
import { EXIT, reportError, runCommand, stopSignal } from "./run.ts";
import type { CommonOptions } from "./input.ts";
import type { Streams } from "./run.ts";

/** A set of commands: one command, one file of a folder, loaded when it is asked for. */
export interface CommandSet {
  /** For example `npm run dr --`. */
  readonly name: string;
  readonly summary: string;
  /** Folder of the commands' files, with a slash at its end. */
  readonly folder: URL;
}

const streams: Streams = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
};

/** Runs what the command line asks for, and ends the process with its exit code. */
export async function runCli(set: CommandSet): Promise<never> {
  // Node's own exit code for these is 1, which here means a red result.
  process.on("uncaughtException", (error) => process.exit(reportError(error, streams)));
  process.exit(await main(set, process.argv.slice(2)));
}

async function main(set: CommandSet, argv: readonly string[]): Promise<number> {
  const names = commandNames(set);
  let daemon = false;
  const signal = stopSignal(() => daemon);
  const [asked = ""] = argv;
  let code: number = EXIT.clean;
  const program = new Program(set.name)
    .description(set.summary)
    .exitOverride()
    .showHelpAfterError("(see --help)");
  try {
    for (const name of names.includes(asked) ? [asked] : names) {
      const sub = program.command(name).exitOverride();
      // A word that is no command needs only the names, for the suggestion.
      if (asked !== name && asked !== "" && !/^(-|help$)/.test(asked)) continue;
      const command = await load(set, name);
      sub.summary(command.summary).description(command.summary);
      addOptions(sub, command);
      sub.action(async (options: Record<string, unknown>) => {
        daemon = command.daemon ?? false;
        code = await runCommand(command, split(sub, options), signal, streams);
      });
    }
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    // Commander has already said what is wrong; help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.refused;
    return reportError(error, streams);
  }
}

function commandNames({ folder }: CommandSet): string[] {
  return readdirSync(folder)
    .filter((file) => /^[a-z][a-z0-9-]*\.ts$/.test(file))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

async function load({ folder }: CommandSet, name: string): Promise<Command | StandaloneCommand> {
  const module = (await import(new URL(`${name}.ts`, folder).href)) as {
    readonly default?: Command | StandaloneCommand;
  };
  if (module.default?.name !== name) {
    throw new Error(
      `${name}.ts in ${folder.pathname} must export the command "${name}" as its default`,
    );
  }
  return module.default;
}

function addOptions(program: Program, command: Command | StandaloneCommand): void {
  for (const option of optionsOf(command.params)) program.addOption(option);
  program.option("--json", "print the result as one line of JSON");
  program.option("--input <file>", 'JSON {"connection", "params"}; - for stdin');
  if (!("standalone" in command)) {
    program.option("--connection <file>", "JSON of the stack's `connection` output");
  }
  program.option("--stack <name>", "the stack to work on");
}

/** The parameters that were given, apart from the options of every command. */
function split(program: Program, options: Record<string, unknown>) {
  const params = Object.entries(options).filter(
    ([name]) => !commonOptions.includes(name) && program.getOptionValueSource(name) === "cli",
  );
  return { common: options as CommonOptions, params: Object.fromEntries(params) };
}
