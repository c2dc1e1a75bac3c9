import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { rules } from "./index.ts";
import { complaintOf, kinds, type Case, type Cases } from "./testing/cases.ts";

const folder = join(import.meta.dirname, "rules");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
const ruleFiles = files.filter((file) => /(?<!\.cases|index)\.ts$/.test(file));
const all: Cases[] = [];
for (const file of files.filter((each) => each.endsWith(".cases.ts"))) {
  all.push(((await import(join(folder, file))) as { default: Cases }).default);
}

describe.each(all.map((cases) => [cases.rule.id, cases] as const))("%s", (_, cases) => {
  const { rule } = cases;
  for (const kind of kinds) {
    const list = typeof cases[kind] === "string" ? [] : cases[kind];
    test.each(list.map((each): [string, Case] => [each.title, each]))(`${kind}: %s`, (_, each) => {
      expect(complaintOf(rule, kind, each)).toBeUndefined();
    });
  }
});

describe("the set of rules", () => {
  test("every file is registered, every rule has its cases", () => {
    expect(rules.length).toBe(ruleFiles.length);
    expect(new Set(all.map(({ rule }) => rule))).toEqual(new Set(rules));
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  test.each(all.map((cases) => [cases.rule.id, cases] as const))(
    "%s has all four kinds, or says why not",
    (_, cases) => {
      for (const kind of kinds) {
        const list = cases[kind];
        if (typeof list === "string") expect(list.length).toBeGreaterThan(20);
        else expect(list.length, kind).toBeGreaterThan(0);
      }
    },
  );

  test.each(ruleFiles)("%s: its id is its folder and name", async (file) => {
    const { default: rule } = (await import(join(folder, file))) as { default: { id: string } };
    expect(`${dirname(file)}-${basename(file, ".ts")}`).toBe(rule.id);
  });

  test.each(rules.map((rule) => [rule.id, rule] as const))("%s is described", (_, rule) => {
    expect(rule.title).toMatch(/^[A-Z].*[^.]$/);
    expect(rule.remediation).toMatch(/\.$/);
    expect(rule.url).toMatch(/^https:\/\//);
    for (const [name, field] of Object.entries(rule.config.shape)) {
      expect((field as { description?: string }).description, name).toBeTruthy();
    }
  });
});
