import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const [head = [], , ...rows] = readFileSync(join(root, "docs/traps.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** As a test's title; Prettier puts a long one on a line of its own. */
function hasTitle(file: string, title: string): boolean {
  const path = join(root, file);
  if (!existsSync(path)) return false;
  const source = readFileSync(path, "utf8").replaceAll(/\(\s+"/g, '("');
  return source.includes(`(${JSON.stringify(title)},`);
}

describe("docs/traps.md", () => {
  test("is a table of traps", () => {
    expect(head).toEqual(["trap", "what we do", "test"]);
    expect(rows.length).toBeGreaterThan(30);
  });

  test.each(rows)("%s", (_trap, answer = "", tests = "") => {
    const named = [...tests.matchAll(/`([^`]+)` "([^"]+)"/g)];
    if (tests === "–") expect(answer).toMatch(/\*\*(open|belongs to the AWS platform)\*\*/);
    else expect(named).toHaveLength(tests.split("<br>").length);
    for (const [, file = "", title = ""] of named) {
      expect(hasTitle(file, title), `${file} "${title}"`).toBe(true);
    }
  });
});
