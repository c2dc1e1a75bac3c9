import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} Skipped
 * @property {string} file
 * @property {string} title
 */

/** @typedef {{ passed: number, failed: number, skipped: Skipped[] }} Counts */

/**
 * What a run of vitest wrote with its reporter `json`.
 * @param {string} report
 * @returns {Counts} one failure where there is no report: a layer that broke before it could write one
 */
export function readCounts(report) {
  try {
    return countsOf(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
}

/**
 * @param {{
 *   numPassedTests: number,
 *   numFailedTests: number,
 *   testResults: { name: string, assertionResults: { status: string, fullName: string }[] }[],
 * }} report
 * @returns {Counts}
 */
export function countsOf({ numPassedTests, numFailedTests, testResults }) {
  const unrun = ["skipped", "pending", "todo", "disabled"];
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => unrun.includes(status))
        .map(({ fullName }) => ({ file: name, title: fullName })),
    ),
  };
}

/**
 * A test that did not run shows nothing, so the end of a run says how many there are, where, and why: what stands
 * in a title as `(skipped: WHY)`.
 * @param {Skipped[]} skipped
 * @param {string} root files are named from here
 * @returns {string[]} lines, none where every test ran
 */
export function skippedLines(skipped, root) {
  if (skipped.length === 0) return [];
  /** @type {Map<string, number>} */
  const groups = new Map();
  for (const { file, title } of skipped) {
    const why = /\(skipped: (.+?)\)/.exec(title)?.[1] ?? "no reason in the title";
    const group = `${path.relative(root, file)}: ${why}`;
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  return [
    `\nskipped: ${skipped.length} ${skipped.length === 1 ? "test" : "tests"} did not run`,
    ...[...groups].map(([group, count]) => `  ${count} in ${group}`),
  ];
}
