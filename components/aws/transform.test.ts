import { expect, test } from "vitest";
import { transformed, type Transform } from "./transform.ts";

interface Args {
  readonly days: number;
  readonly mode?: string;
}

test.each<[string, Transform<Args> | undefined, Args]>([
  ["nothing changes nothing", undefined, { days: 7 }],
  ["parts are laid over the component's own", { mode: "x" }, { days: 7, mode: "x" }],
  ["a function decides alone", ({ days }) => ({ days: days * 2 }), { days: 14 }],
])("%s", (_, transform, expected) => {
  expect(transformed(transform, { days: 7 })).toEqual(expected);
});
