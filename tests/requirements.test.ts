import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasTitle, tableOf, testsIn } from "./titles.ts";

const components = join(import.meta.dirname, "../components");
const sources = readdirSync(components, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(join(components, file), "utf8"))
  .join("\n");
const { head, rows } = tableOf("requirements.md");

describe("docs/requirements.md", () => {
  test("is a table of requirements", () => {
    expect(head[0]).toBe("requirement");
    expect(head.at(-1)).toBe("test that fails without it");
    expect(rows.length).toBeGreaterThan(7);
  });

  test.each(rows)("%s", (...row) => {
    const tests = row.at(-1) ?? "";
    const named = testsIn(tests);
    expect(named.length).toBeGreaterThan(0);
    expect(named).toHaveLength(tests.split("<br>").length);
    for (const { file, title } of named) {
      expect(hasTitle(file, title), `${file} "${title}"`).toBe(true);
    }
    const classes = [...`${row[1] ?? ""} ${row[2] ?? ""}`.matchAll(/`([A-Z]\w+)`/g)];
    for (const [, name = ""] of classes) {
      expect(sources, name).toMatch(new RegExp(`export class ${name}\\b`));
    }
  });
});
