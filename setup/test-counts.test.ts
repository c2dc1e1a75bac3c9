import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countsOf, readCounts, skippedLines } from "./lib/test-counts.mjs";

const root = "/project";
const because = "(skipped: THE_FOLDER must be set)";
/** As vitest writes it: a test of `skipIf` is `skipped`, one behind a hook that failed too. */
const report = {
  numPassedTests: 2,
  numFailedTests: 1,
  testResults: [
    {
      name: "/project/tests/a.test.ts",
      assertionResults: [
        { status: "passed", fullName: "a is" },
        { status: "passed", fullName: `passes ${because}` },
        { status: "failed", fullName: "fails" },
        { status: "skipped", fullName: `a definition ${because}` },
        { status: "pending", fullName: `another ${because} of a group` },
      ],
    },
    {
      name: "/project/setup/b.test.ts",
      assertionResults: [{ status: "todo", fullName: "b will be" }],
    },
  ],
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "recover-counts-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the counts of a layer", () => {
  test("are those of its report, and every test that did not run is named", () => {
    const file = join(folder, "report.json");
    writeFileSync(file, JSON.stringify(report));
    const { passed, failed, skipped } = readCounts(file);
    expect({ passed, failed }).toEqual({ passed: 2, failed: 1 });
    expect(skipped.map(({ title }) => title)).toEqual([
      `a definition ${because}`,
      `another ${because} of a group`,
      "b will be",
    ]);
  });

  test.each([
    ["there is none", undefined],
    ["it was cut off", '{"numPassedTests": 2,'],
    ["it is something else", "{}"],
  ])("are one failure where %s", (_, text) => {
    const file = join(folder, "broken.json");
    if (text !== undefined) writeFileSync(file, text);
    expect(readCounts(file)).toEqual({ passed: 0, failed: 1, skipped: [] });
  });
});

describe("what is said of skipped tests", () => {
  test("is their number, with file and reason", () => {
    expect(skippedLines(countsOf(report).skipped, root)).toEqual([
      "\nskipped: 3 tests did not run",
      "  2 in tests/a.test.ts: THE_FOLDER must be set",
      "  1 in setup/b.test.ts: no reason in the title",
    ]);
  });

  test("is nothing where every test ran", () => {
    expect(skippedLines([], root)).toEqual([]);
  });
});
