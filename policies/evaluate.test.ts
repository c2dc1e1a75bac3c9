import * as aws from "@pulumi/aws";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { evaluate, isClean, violations } from "./evaluate.ts";
import { NotKnown } from "./model/value.ts";
import {
  advice,
  defineRule,
  each,
  pass,
  undecided,
  violation,
  whole,
  type Rule,
  type RuleOptions,
} from "./rule.ts";
import { readSettings } from "./settings/index.ts";
import { StackBuilder } from "./testing/builder.ts";
import { stackFrom } from "./testing/sources.ts";
import { aws as types } from "./types.ts";

const ruleOf = (
  id: string,
  check: RuleOptions<z.ZodObject>["check"],
  level: Rule["level"] = "mandatory",
) =>
  defineRule({
    id,
    severity: "high",
    level,
    title: "T",
    remediation: "R.",
    covers: [],
    url: "https://example.com",
    config: z.strictObject({}),
    check,
  });
const builder = new StackBuilder("prod");
for (const name of ["events", "scratch"]) builder.add(aws.s3.Bucket, name, {});
const stack = stackFrom("exported state", builder, { objectives: {} });

/** What that rule says of a stack with the buckets `events` and `scratch`. */
const reportOf = (rule: Rule, ...suppressed: readonly string[]) => {
  const more = { rule: rule.id, reason: "for the next ten days", expires: "2026-12-31" };
  const suppressions = suppressed.map((resource) => ({ ...more, resource }));
  const settings = readSettings({ suppressions }, "prod", [rule]);
  return evaluate([rule], stack, settings, new Date("2026-12-01"));
};
const bucketRule = (outcomeOf: (name: string) => ReturnType<typeof violation>) =>
  ruleOf(
    "buckets",
    each(types.bucket, ({ name }) => outcomeOf(name)),
  );
const bad = bucketRule((name) => violation(`${name} is bad`));

describe("what one rule says", () => {
  test("of each resource, at the rule's level", () => {
    const { findings } = reportOf(bad);
    expect(findings.map(({ urn, level }) => [urn?.split("::").at(-1), level])).toEqual([
      ["events", "mandatory"],
      ["scratch", "mandatory"],
    ]);
  });

  test("a rule that is disabled is not asked", () => {
    const never = () => {
      throw new Error("asked");
    };
    expect(reportOf(ruleOf("off", never, "disabled")).findings).toEqual([]);
  });

  test("a violation that only advises leaves the stack clean, another does not", () => {
    const stackAdvises = reportOf(
      ruleOf(
        "stack",
        whole(() => advice("mind")),
      ),
    );
    expect(violations(stackAdvises, "advisory")).toHaveLength(1);
    expect(isClean(stackAdvises)).toBe(true);
    expect(isClean(reportOf(bad))).toBe(false);
  });

  test("a value that is not known, and that the rule does not catch, leaves all open", () => {
    const check = () => {
      throw new NotKnown("the name is not known yet");
    };
    const { findings } = reportOf(ruleOf("open", check));
    expect(findings.map(({ urn, outcome }) => [urn, outcome])).toEqual([
      [undefined, undecided("the name is not known yet")],
    ]);
  });

  test("a rule that is itself at fault is named", () => {
    const fault = new TypeError("x is not a function");
    const check = () => {
      throw fault;
    };
    expect(() => reportOf(ruleOf("broken", check))).toThrow(
      expect.objectContaining({
        message: "rule broken failed: TypeError: x is not a function",
        cause: fault,
      }) as Error,
    );
  });
});

describe("suppressions", () => {
  test("one takes the violation of its resource away, and no other", () => {
    const report = reportOf(bad, "scratch");
    expect(report.suppressions.map(({ status }) => status)).toEqual(["used"]);
    const left = violations(report, "mandatory");
    expect(left.map(({ outcome }) => outcome)).toEqual([violation("events is bad")]);
  });

  test.each([
    ["what passes", pass],
    ["what is not known", undecided("not known")],
  ])("one is not used by %s", (_, outcome) => {
    const report = reportOf(
      bucketRule(() => outcome),
      "scratch",
    );
    expect(report.suppressions.map(({ status }) => status)).toEqual(["unused"]);
    expect(report.findings.map(({ suppressedBy }) => suppressedBy)).toEqual([undefined, undefined]);
  });
});
