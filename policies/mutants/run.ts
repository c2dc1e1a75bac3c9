// npm run mutants -- [--cases] [PLACE...]: breaks the pack in every way that Stryker knows and lists what no test notices.
// A place is a file or folder below policies/; without one, all. First against the rules' cases (milliseconds a mutant), then,
// unless --cases is given, what outlived them against the other tests (seconds each). Exit 0: whatever lives is named, with its reason, in mutants.md;
// 1: something lives that is not, or something named there does not; 2: there is no such place.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { named, placeOf, same, type Place } from "./named.ts";

type Results = Awaited<ReturnType<Stryker["runMutationTest"]>>;
type Result = Results[number];

const pack = join(import.meta.dirname, "..");
const root = join(pack, "..");

async function main(args: readonly string[]): Promise<number> {
  const places = args.filter((each) => each !== "--cases");
  const missing = places.find((each) => !existsSync(join(pack, each)));
  if (missing !== undefined) {
    console.error(`policies/${missing} is not there: give files or folders below policies/`);
    return 2;
  }
  const first = await mutate("cases", patternsOf(places));
  const outlived = first.filter(lives);
  const done = outlived.length === 0 || args.includes("--cases");
  const second = done ? [] : await mutate("vitest", outlived.map(rangeOf));
  const living = outlived
    .filter((each) => !second.some((again) => isSame(each, again) && !lives(again)))
    .map((each) => placeOf(each, readFileSync(each.fileName, "utf8"), pack));
  const looked = new Set(first.map(({ fileName }) => relative(pack, fileName)));
  const known = named().filter(({ file }) => looked.has(file));
  const unnamed = living.filter((each) => !known.some((other) => same(each, other)));
  const gone = known.filter((each) => !living.some((other) => same(each, other)));
  for (const each of unnamed) console.log(`lives, and is not named: ${show(each)}`);
  for (const each of gone) console.log(`named in mutants.md, and does not live: ${show(each)}`);
  console.log(
    `${first.length} mutants, ${first.length - living.length} noticed, ${living.length} live, ${unnamed.length} of them not named`,
  );
  return unnamed.length + gone.length === 0 ? 0 : 1;
}

function patternsOf(places: readonly string[]): string[] {
  const wanted = places.map((each) =>
    statSync(join(pack, each)).isDirectory() ? `policies/${each}/**/*.ts` : `policies/${each}`,
  );
  const { mutate } = JSON.parse(readFileSync(join(pack, "stryker.config.json"), "utf8")) as {
    mutate: string[];
  };
  if (wanted.length === 0) return mutate;
  return [...wanted, ...mutate.filter((each) => each.startsWith("!"))];
}

function mutate(testRunner: "cases" | "vitest", patterns: readonly string[]): Promise<Results> {
  process.chdir(root);
  return new Stryker({
    configFile: "policies/stryker.config.json",
    testRunner,
    mutate: [...patterns],
  }).runMutationTest();
}

function lives({ status }: Result): boolean {
  return status === "Survived" || status === "NoCoverage";
}

/** The mutant's place as Stryker takes it: its columns are counted from nought there. */
function rangeOf({ fileName, location: { start, end } }: Result): string {
  return `${relative(root, fileName)}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}

function isSame(one: Result, other: Result): boolean {
  const { fileName, mutatorName, replacement } = one;
  return (
    fileName === other.fileName &&
    mutatorName === other.mutatorName &&
    replacement === other.replacement &&
    JSON.stringify(one.location) === JSON.stringify(other.location)
  );
}

function show({ file, code, becomes }: Place): string {
  return `policies/${file}: ${code} -> ${becomes}`;
}

process.exitCode = await main(process.argv.slice(2));
