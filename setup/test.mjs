// Types, lint, format, then the layers of tests that are named, fastest first; the last line counts the tests.
// `kubernetes` only when it or `all` is named: its server takes minutes to build.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCounts, skippedLines } from "./lib/test-counts.mjs";
import { loadTools } from "./tools.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const tools = loadTools();
const env = {
  ...process.env,
  PATH: [dirname(tools.node), tools.binDir, process.env.PATH].join(delimiter),
};

/** @param {string} title @param {string[]} args */
function step(title, args) {
  console.log(`\n== ${title}`);
  const { status } = spawnSync(tools.node, args, {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) failedSteps.push(title);
  return status === 0;
}

/** @type {string[]} */
const failedSteps = [];
const checks = {
  types: ["typescript/bin/tsc", "--noEmit"],
  lint: ["eslint/bin/eslint.js", ".", "--max-warnings", "0"],
  format: ["prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
};
const usual = ["fast", "engine", "pulumi", "stack"];
const allLayers = [...usual, "kubernetes"];
const all = [...Object.keys(checks), ...allLayers];
const asked = process.argv.slice(2);
const unknown = asked.filter((each) => each !== "all" && !all.includes(each));
if (unknown.length > 0) {
  console.error(
    `no such part: ${unknown.join(", ")}. There are ${all.join(", ")}, and all; default: all but kubernetes.`,
  );
  process.exit(2);
}
const byDefault = [...Object.keys(checks), ...usual];
const wanted = asked.includes("all") ? all : asked.length > 0 ? asked : byDefault;
const layers = wanted.filter((each) => allLayers.includes(each));
for (const [check, [program, ...args]] of Object.entries(checks)) {
  if (wanted.includes(check)) step(check, [join(modules, program ?? ""), ...args]);
}

const folder = mkdtempSync(join(tmpdir(), "recover-test-"));
let passed = 0;
let failed = failedSteps.length;
/** @type {import("./lib/test-counts.mjs").Skipped[]} */
const skipped = [];
for (const layer of layers) {
  const report = join(folder, `${layer}.json`);
  const ok = step(`tests: ${layer}`, [
    join(modules, "vitest/vitest.mjs"),
    ...["run", "--project", layer],
    ...["--reporter", "default", "--reporter", "json", "--outputFile.json", report],
  ]);
  const counts = readCounts(report);
  passed += counts.passed;
  skipped.push(...counts.skipped);
  // A layer that ran nothing, or broke outside of a test, has failed.
  failed += counts.failed > 0 ? counts.failed : ok && counts.passed > 0 ? 0 : 1;
}
rmSync(folder, { recursive: true, force: true });
for (const line of skippedLines(skipped, root)) console.log(line);
if (failedSteps.length > 0) console.log(`\nfailed: ${failedSteps.join(", ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
