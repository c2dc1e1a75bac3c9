import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineRule, pass, whole, type Severity } from "../rule.ts";
import { readSettings } from "./index.ts";
import { needOf } from "./need.ts";
import { concerns, isCurrent } from "./suppressions.ts";
import { sayBytes, saySeconds, toBytes, toSeconds } from "./units.ts";

const one = (id: string, more: { severity?: Severity; level?: "disabled" } = {}) =>
  defineRule({
    id,
    severity: "high",
    title: "T",
    remediation: "R.",
    covers: [],
    url: "https://example.com",
    config: z.strictObject({ days: z.int().min(1).default(7), names: z.string().optional() }),
    check: whole(() => pass),
    ...more,
  });
const high = one("a-high");
const low = one("a-low", { severity: "low" });
const optIn = one("a-opt-in", { level: "disabled" });
const rules = [high, low, optIn];
const levels = (raw: unknown, stack = "prod") => {
  const settings = readSettings(raw, stack, rules);
  return rules.map((rule) => settings.levelOf(rule));
};

describe("levels", () => {
  test.each([
    ["by severity", {}, ["mandatory", "advisory", "disabled"]],
    [
      "all, but for what is asked for one by one",
      { all: "advisory" },
      ["advisory", "advisory", "disabled"],
    ],
    [
      "severity before all",
      { all: "advisory", severities: { low: "mandatory" } },
      ["advisory", "mandatory", "disabled"],
    ],
    [
      "rule before severity",
      { severities: { low: "mandatory" }, rules: { "a-low": "disabled" } },
      ["mandatory", "disabled", "disabled"],
    ],
    [
      "one that is off until asked for",
      { rules: { "a-opt-in": { level: "advisory" } } },
      ["mandatory", "advisory", "advisory"],
    ],
    [
      "a rule's settings leave its level",
      { all: "mandatory", rules: { "a-low": { days: 3 } } },
      ["mandatory", "mandatory", "disabled"],
    ],
    [
      "the stack before all stacks",
      { rules: { "a-low": "mandatory" }, stacks: { prod: { rules: { "a-low": "disabled" } } } },
      ["mandatory", "disabled", "disabled"],
    ],
    [
      "but a rule before a stack's severity",
      { rules: { "a-low": "mandatory" }, stacks: { prod: { severities: { low: "disabled" } } } },
      ["mandatory", "mandatory", "disabled"],
    ],
    [
      "a stack's settings of a rule leave the level that all stacks have",
      {
        rules: { "a-low": "mandatory" },
        stacks: { prod: { rules: { "a-low": { days: 3 } } } },
      },
      ["mandatory", "mandatory", "disabled"],
    ],
    [
      "another stack does not matter",
      { stacks: { dr: { all: "disabled" } } },
      ["mandatory", "advisory", "disabled"],
    ],
  ])("%s", (_, raw, expected) => {
    expect(levels(raw)).toEqual(expected);
  });
});

test.each(["low", "medium", "high", "critical"] as const)("rules of severity %s", (severity) => {
  const rule = one("a-rule", { severity });
  const settings = readSettings({ severities: { [severity]: "disabled" } }, "prod", [rule]);
  expect(settings.levelOf(rule)).toBe("disabled");
});

describe("a rule's own settings", () => {
  test("defaults, for all stacks, for one", () => {
    const raw = {
      rules: { "a-high": { days: 10, names: "x" } },
      stacks: { prod: { rules: { "a-high": { days: 20 } } } },
    };
    const of = (stack: string) => readSettings(raw, stack, rules).configOf(high);
    expect(readSettings({}, "prod", rules).configOf(high)).toEqual({ days: 7 });
    expect(of("dr")).toEqual({ days: 10, names: "x" });
    expect(of("prod")).toEqual({ days: 20, names: "x" });
  });
});

describe("objectives", () => {
  test("durations and sizes are parsed, a stack's own win, others' are told", () => {
    const { objectives, declared } = readSettings(
      {
        objectives: { rpo: "15 minutes", restore: { size: "2 TB", throughput: "100 MB" } },
        stacks: {
          prod: { objectives: { rpo: "1 hour" } },
          dr: { objectives: { role: "standby", mode: "failover" } },
          test: { objectives: { role: "standby", mode: "drill" } },
        },
      },
      "prod",
      rules,
    );
    expect(objectives).toMatchObject({
      rpo: 3600,
      restore: { size: 2e12, throughput: 1e8, fixed: 0 },
    });
    expect(declared.get("dr")).toMatchObject({ role: "standby", mode: "failover", rpo: 900 });
    expect(declared.get("test")).toMatchObject({ role: "standby", mode: "drill" });
  });

  test("what a recovery needs is a sum", () => {
    const restore = { size: 3600, throughput: 1, fixed: 60 };
    const backup = { interval: 3600, duration: 600 };
    expect(needOf({ backup, restore })).toEqual({
      seconds: 3600 + 600 + 3660 + 86_400,
      sum: "1 hour between backups + 10 minutes for a backup + 61 minutes for a restore + 1 day margin",
    });
    expect(needOf({ backup, restore, stream: { outage: 1, margin: 0 } })?.seconds).toBe(7860);
    expect(needOf({ backup })).toBeUndefined();
    expect(needOf({ restore })).toBeUndefined();
  });
});

describe("bad settings are refused, each by its place", () => {
  const suppression = {
    rule: "a-high",
    resource: "x",
    reason: "for the next ten days",
    expires: "2026-12-31",
  };
  test.each([
    ["no object", [], /expected object/],
    ["an unknown key", { al: "advisory" }, /Unrecognized key: "al"/],
    ["no settings", 5, /^Invalid input: expected object/],
    ["a level", { all: "loud" }, /^all: /],
    ["a rule's level", { rules: { "a-high": { level: "loud" } } }, /^rules\.a-high/],
    [
      "two things",
      { all: "loud", objectives: { role: "boss" } },
      /^all: [^\n]+\nobjectives\.role: [^\n]+$/,
    ],
    [
      "two unknown rules",
      { rules: { nope: "advisory", none: "advisory" } },
      "rules.nope: there is no such rule\nrules.none: there is no such rule",
    ],
    ["an unknown rule", { rules: { nope: "advisory" } }, "rules.nope: there is no such rule"],
    [
      "an unknown rule of a stack",
      { stacks: { dr: { rules: { nope: "advisory" } } } },
      "rules.nope",
    ],
    ["a rule's setting", { rules: { "a-high": { days: 0 } } }, /^rules.a-high.days: /],
    ["an unknown setting", { rules: { "a-high": { day: 1 } } }, /Unrecognized key: "day"/],
    [
      "a duration",
      { objectives: { rpo: "soon" } },
      'objectives.rpo: write a duration such as "15 minutes" or "7 days", not "soon"',
    ],
    [
      "a size",
      { objectives: { restore: { size: "big", throughput: "1 MB" } } },
      'objectives.restore.size: write a size such as "500 GB"',
    ],
    [
      "a suppression of an unknown rule",
      { suppressions: [{ ...suppression, rule: "nope" }] },
      "suppressions: there is no rule nope",
    ],
    [
      "a suppression without a reason",
      { suppressions: [{ ...suppression, reason: "x" }] },
      "suppressions.0.reason: say why",
    ],
    [
      "a suppression without an end",
      { suppressions: [{ ...suppression, expires: "never" }] },
      "suppressions.0.expires",
    ],
  ])("%s", (_, raw, message) => {
    expect(() => readSettings(raw, "prod", rules)).toThrow(message);
    expect(() => readSettings(raw, "prod", rules)).toThrow(
      expect.objectContaining({ name: "BadInput" }) as Error,
    );
  });
});

describe("a suppression", () => {
  const of = (resource: string) => ({ rule: "r", resource, reason: "", expires: "2026-11-30" });
  test("counts until the end of its last day, UTC", () => {
    expect(isCurrent(of("x"), new Date("2026-11-30T23:59:59Z"))).toBe(true);
    expect(isCurrent(of("x"), new Date("2026-12-01T00:00:00Z"))).toBe(false);
  });

  const urn = "urn:pulumi:prod::platform::recover:vault:Vault$aws:s3/bucket:Bucket::events";
  test.each([
    [urn, true],
    ["events", true],
    ["aws:s3/bucket:Bucket::events", true],
    ["vents", false],
    ["other", false],
    ["stack", false],
  ])("of %s", (resource, expected) => {
    expect(concerns(of(resource), urn)).toBe(expected);
  });

  test("of the stack as a whole", () => {
    expect(concerns(of("stack"), undefined)).toBe(true);
    expect(concerns(of("events"), undefined)).toBe(false);
  });
});

describe("units", () => {
  test.each([
    ["1 second", 1],
    ["1.5 minutes", 90],
    ["2 hours", 7200],
    ["7 days", 604_800],
    ["1 week", 604_800],
    ["1.25 hours", 4500],
    ["7days", undefined],
    ["-1 day", undefined],
    ["1 day or so", undefined],
    ["1 year", undefined],
  ])("%s", (text, seconds) => {
    expect(toSeconds(text)).toBe(seconds);
  });

  test.each([
    ["512 B", 512],
    ["1.5 GB", 1.5e9],
    ["1.25 KB", 1250],
    ["about 1 GB", undefined],
    ["1 GB or so", undefined],
    ["2 TB", 2e12],
    ["2TB", undefined],
    ["2 TiB", undefined],
  ])("%s", (text, bytes) => {
    expect(toBytes(text)).toBe(bytes);
  });

  test("are said as people say them", () => {
    expect([0, 1, 90, 3600, 5400, 86_400, 100_000, 0.25, 5400.5, 60.5].map(saySeconds)).toEqual([
      "0 seconds",
      "1 second",
      "90 seconds",
      "1 hour",
      "90 minutes",
      "1 day",
      "100000 seconds",
      "0.3 seconds",
      "1.5 hours",
      "1 minute",
    ]);
    expect([0, 999, 1000, 1.55e12].map(sayBytes)).toEqual(["0 B", "999 B", "1 KB", "1.6 TB"]);
  });
});
