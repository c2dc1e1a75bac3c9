import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Made } from "./aws-mocks.ts";
import { recordStack, settingsOf } from "./aws-stacks.ts";

const stacks = {
  prod: () => settingsOf("prod"),
  "dr in pilot-light": () => settingsOf("dr", { mode: "pilot-light" }),
  "dr in failover": () => settingsOf("dr"),
};
type Stack = keyof typeof stacks;
const names = Object.keys(stacks) as Stack[];

const made: Record<string, Made[]> = {};
const said: Record<string, string[]> = {};
beforeAll(async () => {
  for (const name of names) {
    for (const dryRun of [true, false]) {
      const key = `${dryRun ? "preview" : "up"} of ${name}`;
      const heard: string[] = [];
      const hear = (message: string) => {
        heard.push(message);
        return Promise.resolve();
      };
      const spies = [
        vi.spyOn(pulumi.log, "warn").mockImplementation(hear),
        vi.spyOn(pulumi.log, "error").mockImplementation(hear),
      ];
      made[key] = await recordStack(stacks[name](), dryRun);
      said[key] = heard;
      for (const spy of spies) spy.mockRestore();
    }
  }
}, 300_000);

const runs = names.flatMap((name) => [`preview of ${name}`, `up of ${name}`]);
const of = (name: string) => made[name] ?? [];
const iam = (all: readonly Made[]) => all.filter(({ type }) => /^aws:(iam|route53)\//.test(type));

describe("from the shipped example files", () => {
  test.each(runs)("%s has no error and no warning", (name) => {
    console.log(`${name}: ${of(name).length} resources`);
    expect(of(name).length).toBeGreaterThan(50);
    expect(said[name]).toEqual([]);
  });
});
