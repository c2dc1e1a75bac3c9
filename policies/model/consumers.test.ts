import { describe, expect, test } from "vitest";
import type { Objectives } from "../settings/objectives.ts";
import { factsOf, stackOf } from "../testing/facts.ts";
import { custom } from "../types.ts";
import { consumersOf, takesOver } from "./consumers.ts";
import { unknown, type Tree } from "./value.ts";

interface Told {
  /** The program's output `consumers`. */
  readonly output?: Tree;
  readonly config?: Readonly<Record<string, string>>;
  readonly objectives?: Objectives;
}
const stack = ({ output, config = {}, objectives = {} }: Told, around = {}) => {
  const program = factsOf(custom.stack, { outputs: { consumers: output } });
  const settings = Object.entries(config).map(
    ([key, value]) => [`platform:${key}`, value] as const,
  );
  return stackOf([program], { config: Object.fromEntries(settings) }, { objectives, ...around });
};
const standby = { role: "standby" };

describe("whether a stack consumes", () => {
  const table: readonly (readonly [string, Told, string | undefined])[] = [
    ["nothing is said", {}, undefined],
    ["its output", { output: "active" }, "active"],
    [
      "its output, before its setting",
      { output: "standby", config: { consumers: "active" } },
      "standby",
    ],
    [
      "its setting, while the output is not known",
      { output: unknown, config: { consumers: "active" } },
      "active",
    ],
    [
      "its setting, where the output says nothing",
      { output: "", config: { consumers: "standby" } },
      "standby",
    ],
    [
      "its setting, before what is declared",
      { config: { consumers: "standby" }, objectives: { consumers: "active" } },
      "standby",
    ],
    [
      "what is declared, before its role",
      { config: standby, objectives: { consumers: "active" } },
      "active",
    ],
    ["the role of a primary", { config: { role: "primary" } }, "active"],
    ["the role of a standby", { config: standby }, "standby"],
    [
      "the role that is declared, before its own",
      { config: standby, objectives: { role: "primary" } },
      "active",
    ],
    ["a standby that rehearses", { config: { ...standby, mode: "drill" } }, "standby"],
    ["a standby that takes over", { config: { ...standby, mode: "failover" } }, "failover"],
    ["the same, declared", { objectives: { role: "standby", mode: "failover" } }, "failover"],
    ["the same, as it came out", { output: "active", config: { mode: "failover" } }, "failover"],
    [
      "one that takes over, and does not consume yet",
      { output: "standby", config: { ...standby, mode: "failover" } },
      "standby",
    ],
    ["a primary takes nothing over", { config: { role: "primary", mode: "failover" } }, "active"],
  ];
  test.each(table)("%s", (_, told, expected) => {
    expect(consumersOf(stack(told)).get("prod")).toBe(expected);
  });

  test("of all that are told: what a stack itself says wins over what is declared", () => {
    const peer = stackOf([], { name: "dr", config: { "platform:consumers": "standby" } });
    const declared = new Map<string, Objectives>([
      ["dr", { consumers: "active" }],
      ["test", { role: "standby", mode: "failover" }],
      ["old", {}],
    ]);
    const own = stack({ output: "active" }, { peers: [peer], declared });
    expect(Object.fromEntries(consumersOf(own))).toEqual({
      dr: "standby",
      test: "failover",
      prod: "active",
    });
  });
});

test.each([
  [{ config: { ...standby, mode: "failover" } }, true],
  [{ config: { role: "primary", mode: "failover" } }, false],
  [{ config: { mode: "failover" } }, false],
  [{ config: { ...standby, mode: "drill" } }, false],
  [{ config: { ...standby, mode: "failover" }, objectives: { mode: "drill" } }, false],
] as [Told, boolean][])("%j takes over: %s", (told, expected) => {
  expect(takesOver(stack(told))).toBe(expected);
});
