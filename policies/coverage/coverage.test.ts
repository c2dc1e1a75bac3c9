import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { describe, expect, test } from "vitest";
import { rules } from "../index.ts";
import { notOurs, pending } from "./not-ours.ts";
import { publishedIds } from "./published.ts";
import { mark, tables } from "./readme.ts";

const ids = publishedIds();
const covered = new Set(rules.flatMap(({ covers }) => covers));

describe("published rules", () => {
  test("are listed once", () => {
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length);
  });

  test("that ours name are in the list", () => {
    const listed = new Set(ids.map(({ id }) => id));
    expect([...covered].filter((id) => !listed.has(id))).toEqual([]);
    expect(Object.keys(notOurs).filter((id) => !listed.has(id))).toEqual([]);
  });

  test("are each answered by a rule, or by a reason, not by both", () => {
    const open = ids.filter(({ area, id }) => !covered.has(id) && !(id in notOurs) && !pending.includes(area));
    expect(open).toEqual([]);
    expect(ids.filter(({ id }) => covered.has(id) && id in notOurs)).toEqual([]);
  });

  test.each(pending.map((area) => [area]))("%s waits for rules: none is there yet", (area) => {
    const all = ids.filter((each) => each.area === area);
    expect(all.some(({ id }) => !covered.has(id) && !(id in notOurs))).toBe(true);
  });
});

test("README.md says what the rules say", async () => {
  const file = join(import.meta.dirname, "../README.md");
  const [, generated = ""] = readFileSync(file, "utf8").split(mark);
  const options = { ...(await resolveConfig(file)), filepath: file };
  expect(generated.trim(), "run `node policies/coverage/write-readme.ts`").toBe(
    (await format(tables(), options)).trim(),
  );
});
