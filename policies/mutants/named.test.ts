import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { named, oneLine, placeOf } from "./named.ts";

const pack = join(import.meta.dirname, "..");

describe("mutants.md", () => {
  test.each(named().map((each) => [`${each.file}: ${each.code}`, each] as const))(
    "%s is still there, and has a reason",
    (_, { file, code, becomes, why }) => {
      expect(oneLine(readFileSync(join(pack, file), "utf8"))).toContain(code);
      expect(becomes).not.toBe(code);
      expect(why.length).toBeGreaterThan(15);
    },
  );

  test("a row is read with its bars and marks of code", () => {
    expect(
      named(
        "| file | is |\n| --- | --- |\n| `a.ts` | `` `x` \\|\\| y `` | `true` | because of z |",
      ),
    ).toEqual([{ file: "a.ts", code: "`x` || y", becomes: "true", why: "because of z" }]);
  });
});

test("a mutant's place is the code that it replaces, on one line", () => {
  const location = { start: { line: 2, column: 9 }, end: { line: 3, column: 5 } };
  const source = "const a = 1;\nreturn (a +\n   2);\n";
  expect(placeOf({ fileName: "/p/x/y.ts", replacement: "a  - 2", location }, source, "/p")).toEqual(
    { file: "x/y.ts", code: "a + 2", becomes: "a - 2" },
  );
});
