import { describe, expect, test } from "vitest";
import { hasTitle, tableOf, testsIn } from "./titles.ts";

const { head, rows } = tableOf("traps.md");

describe("docs/traps.md", () => {
  test("is a table of traps", () => {
    expect(head).toEqual(["trap", "what we do", "test"]);
    expect(rows.length).toBeGreaterThan(30);
  });

  test.each(rows)("%s", (_trap, answer = "", tests = "") => {
    const named = testsIn(tests);
    if (tests === "–") expect(answer).toMatch(/\*\*(open|belongs to the AWS platform)\*\*/);
    else expect(named).toHaveLength(tests.split("<br>").length);
    for (const { file, title } of named) {
      expect(hasTitle(file, title), `${file} "${title}"`).toBe(true);
    }
  });
});
