/** `npm run matrix`: every drill that a release stands on, one after another; hours. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { execa } from "execa";
import type { DrillResult } from "../drill/result.ts";
import { cases, type Case } from "./cases.ts";

const drill = fileURLToPath(new URL("../drill/main.ts", import.meta.url));

/** What is kept of a drill of the matrix, in its folder as `matrix.json`. */
interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  /** Why it is not, one line each. */
  readonly wrong: readonly string[];
  readonly minutes: number;
}

const command = new Command("npm run matrix --")
  .description("Run drills one after another and compare each with what it must show.")
  .argument("[names...]", "drills, or beginnings of their names (default: all)")
  .option("--list", "show the drills and run none", false)
  .option("--again", "also those whose report of an earlier run is there and right", false)
  .option("--report <dir>", "a folder below it for each drill", "matrix-report")
  .addHelpText("after", "\nExit codes: 0 all right · 1 one or more are not · 2 bad input")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();
const { list, again, report } = command.opts<{ list: boolean; again: boolean; report: string }>();
const unknown = command.args.filter(
  (word) => !cases.some(({ name }) => name === word || name.startsWith(word)),
);
if (unknown.length > 0) {
  command.error(`error: no drill is named ${unknown.join(" or ")}; --list shows their names`);
}
// A whole name means itself, not also those that go on from it: seed-1 is not seed-10.
const wanted = cases.filter(({ name }) =>
  command.args.length === 0
    ? true
    : command.args.some((word) =>
        cases.some((one) => one.name === word) ? name === word : name.startsWith(word),
      ),
);

if (list) {
  for (const { name, verdict, arguments: words } of wanted) {
    console.log(`${name.padEnd(32)}${verdict.padEnd(8)}npm run drill -- ${words.join(" ")}`);
  }
} else {
  const outcomes: Outcome[] = [];
  for (const one of wanted) outcomes.push(await outcomeOf(one, outcomes.length));
  console.log("");
  for (const one of outcomes) console.log(lineOf(one));
  const wrong = outcomes.filter(({ ok }) => !ok).length;
  console.log(`\n${outcomes.length - wrong} passed, ${wrong} failed`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

async function outcomeOf(one: Case, index: number): Promise<Outcome> {
  const folder = resolve(report, one.name);
  const file = join(folder, "matrix.json");
  if (!again && existsSync(file)) {
    const earlier = JSON.parse(readFileSync(file, "utf8")) as Outcome;
    if (earlier.ok) {
      console.log(`\n[${index + 1}/${wanted.length}] ${one.name}: right in an earlier run`);
      return earlier;
    }
  }
  console.log(
    `\n[${index + 1}/${wanted.length}] ${one.name}: npm run drill -- ${one.arguments.join(" ")}`,
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const startedAt = Date.now();
  // Ends with this process: a drill cleans up after itself when it is told to end.
  const { exitCode } = await execa(
    process.execPath,
    [...drillFlags(), drill, ...one.arguments, "--report", folder],
    { stdin: "ignore", stdout: "inherit", stderr: "inherit", reject: false },
  );
  const wrong = judge(one, exitCode, folder);
  const minutes = Math.round((Date.now() - startedAt) / 6000) / 10;
  const outcome = { name: one.name, ok: wrong.length === 0, wrong, minutes };
  writeFileSync(file, `${JSON.stringify(outcome, null, 2)}\n`);
  console.log(lineOf(outcome));
  return outcome;
}

/** Node's flags of `npm run drill`: without them V8 keeps garbage around instead of looking at it. */
function drillFlags(): readonly string[] {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { scripts } = JSON.parse(manifest) as { scripts: { drill: string } };
  return scripts.drill.split(" ").filter((word) => word.startsWith("--"));
}

function judge(one: Case, status: number | undefined, folder: string): readonly string[] {
  const expected = one.verdict === "green" ? 0 : 1;
  const ended = `the drill ended with ${status ?? "a signal"} instead of ${expected}`;
  const file = join(folder, "result.json");
  if (!existsSync(file)) return [`${ended}, without a result`];
  const result = JSON.parse(readFileSync(file, "utf8")) as DrillResult;
  return [
    ...(status === expected ? [] : [`${ended}: ${result.red.join("; ")}`]),
    ...(result.momentReached ? [] : [`the moment "${result.moment}" did not come about`]),
    ...one.check(result),
  ];
}

function lineOf({ name, ok, wrong, minutes }: Outcome): string {
  return `${ok ? "right" : "WRONG"}  ${name.padEnd(32)}${minutes.toFixed(1).padStart(5)} min  ${wrong.join("; ")}`;
}
