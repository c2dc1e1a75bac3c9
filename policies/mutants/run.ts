// npm run mutants -- [PLACE...]: breaks the pack in every way that Stryker knows and lists what no test notices.
// A place is a file or folder below policies/; without one, all. Exit 0: whatever lives is named, with its reason, in
// mutants.md; 1: something lives that is not, or something named there does not; 2: there is no such place.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { named, placeOf, same, type Place } from "./named.ts";

const pack = join(import.meta.dirname, "..");
const root = join(pack, "..");

async function main(places: readonly string[]): Promise<number> {
  const missing = places.find((each) => !existsSync(join(pack, each)));
  if (missing !== undefined) {
    console.error(`policies/${missing} is not there: give files or folders below policies/`);
    return 2;
  }
  process.chdir(root);
  const mutants = await new Stryker({
    configFile: "policies/stryker.config.json",
    mutate: patternsOf(places),
  }).runMutationTest();
  const living = mutants
    .filter(({ status }) => status !== "Killed" && status !== "Timeout")
    .map((each) => ({
      ...placeOf(each, readFileSync(each.fileName, "utf8"), pack),
      line: each.location.start.line,
    }));
  const looked = new Set(mutants.map(({ fileName }) => relative(pack, fileName)));
  const known = named().filter(({ file }) => looked.has(file));
  const unnamed = living.filter((each) => !known.some((other) => same(each, other)));
  const gone = known.filter((each) => !living.some((other) => same(each, other)));
  for (const { line, ...each } of unnamed)
    console.log(`lives, and is not named: ${show(each, `:${line}`)}`);
  for (const each of gone) console.log(`named in mutants.md, and does not live: ${show(each)}`);
  console.log(
    `${mutants.length} mutants, ${mutants.length - living.length} noticed, ${living.length} live, ${unnamed.length} of them not named`,
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

function show({ file, code, becomes }: Place, line = ""): string {
  return `policies/${file}${line}: ${code} -> ${becomes}`;
}

process.exitCode = await main(process.argv.slice(2));
