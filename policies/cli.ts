import { readFileSync, writeFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { evaluate, isClean, type Report } from "./evaluate.ts";
import { rules } from "./index.ts";
import { readPreview, readState } from "./model/from-json.ts";
import { nameOf, Stack, type StackFacts } from "./model/stack.ts";
import { asJson } from "./report/json.ts";
import { asSarif } from "./report/sarif.ts";
import { asText } from "./report/text.ts";
import { BadInput, readSettings } from "./settings/index.ts";
import { readStackFile, withStackFile } from "./model/stack-file.ts";

export interface RunOptions {
  readonly state: readonly string[];
  readonly preview: readonly string[];
  readonly peer: readonly string[];
  readonly stackFile: readonly string[];
  readonly previous?: string;
  readonly config?: string;
  readonly format: "text" | "json" | "sarif";
  readonly output?: string;
  readonly source: string;
}

export interface RunResult {
  /** 0 clean · 1 violations · 2 bad input. */
  readonly exitCode: 0 | 1 | 2;
  readonly output: string;
}

/** Runs the pack on files, without engine and cloud. @throws BadInput */
export function run(options: RunOptions, today: Date): RunResult {
  const own = [
    ...options.state.map((file) => readState(read(file), file)),
    ...options.preview.map((file) => readPreview(read(file), file)),
  ].map((facts) => addStackFile(facts, options.stackFile));
  if (own.length === 0) throw new BadInput("nothing to check: give --state FILE or --preview FILE");
  if (options.previous !== undefined && own.length > 1) {
    throw new BadInput("--previous is the earlier state of one stack: check one stack at a time");
  }
  const raw = options.config === undefined ? {} : parse(read(options.config), options.config);
  const previous =
    options.previous === undefined
      ? undefined
      : readState(read(options.previous), options.previous);
  const others = options.peer
    .map((file) => readState(read(file), file))
    .map((facts) => addStackFile(facts, options.stackFile));

  const reports = own.map((facts): Report => {
    const settings = readSettings(raw, nameOf(facts), rules);
    const toStack = (each: StackFacts) =>
      new Stack(each, { objectives: readSettings(raw, nameOf(each), rules).objectives });
    const stack = new Stack(facts, {
      objectives: settings.objectives,
      declared: settings.declared,
      peers: [...own.filter((each) => each !== facts), ...others].map(toStack),
      ...(previous === undefined ? {} : { previous: toStack(previous) }),
    });
    return evaluate(rules, stack, settings, today);
  });
  return { exitCode: reports.every(isClean) ? 0 : 1, output: render(reports, options) };
}

function addStackFile(facts: StackFacts, files: readonly string[]): StackFacts {
  const name = nameOf(facts);
  return files
    .map((file) => readStackFile(read(file), file))
    .filter((each) => each.stack === name)
    .reduce(withStackFile, facts);
}

function render(reports: readonly Report[], { format, source }: RunOptions): string {
  switch (format) {
    case "text":
      return reports.map(asText).join("\n\n");
    case "json":
      return asJson(reports);
    case "sarif":
      return asSarif(reports, rules, source, version());
  }
}

export function version(): string {
  const file = new URL("./package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new BadInput(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadInput(`${file} is not JSON: ${(error as Error).message}`);
  }
}

function command(): Command {
  const list = (value: string, all: readonly string[]) => [...all, value];
  return new Command("policy")
    .description("Checks exported state, or a saved preview, without engine and cloud.")
    .option("--state <file>", "written by `pulumi stack export --file FILE`", list, [])
    .option("--preview <file>", "written by `pulumi preview --json --show-sames > FILE`", list, [])
    .option(
      "--peer <file>",
      "state of another stack of the platform, such as the standby",
      list,
      [],
    )
    .option("--stack-file <file>", "Pulumi.STACK.yaml of a stack that is checked", list, [])
    .option("--previous <file>", "the same stack's state before the change")
    .option("--config <file>", "levels, objectives and suppressions: policies/README.md")
    .addOption(new Option("--format <format>").choices(["text", "json", "sarif"]).default("text"))
    .option("--output <file>", "write the report there instead of to the terminal")
    .option("--source <file>", "file that SARIF findings are shown at", "Pulumi.yaml")
    .addHelpText("after", "\nExit codes: 0 clean · 1 violations · 2 bad input")
    .exitOverride();
}

/** @returns the exit code */
export function main(argv: readonly string[]): number {
  try {
    const program = command().parse(argv, { from: "user" });
    const options = program.opts<RunOptions>();
    const { exitCode, output } = run(options, new Date());
    if (options.output === undefined) process.stdout.write(`${output}\n`);
    else writeFileSync(options.output, `${output}\n`);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof BadInput)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}
