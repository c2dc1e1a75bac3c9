import { expect, it } from "vitest";
import { readOptions } from "../drill/options.ts";
import { drawnMoments, planOf } from "../drill/plan.ts";
import { cases } from "./cases.ts";

it("has drills that the drill itself accepts, each under a name of its own", () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  for (const one of cases) expect(readOptions(one.arguments).events).toBeGreaterThan(0);
});

it("strikes at all four moments with its twenty seeds", () => {
  const drawn = cases
    .map(({ arguments: words }) => readOptions(words))
    .filter(({ events }) => events === 100_000)
    .map(({ seed, moment }) => planOf(seed, moment).moment);
  expect(drawn).toHaveLength(20);
  expect(new Set(drawn)).toEqual(new Set(drawnMoments));
});
