import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Finding, Report } from "../evaluate.ts";
import { advice, defineRule, notApplicable, pass, undecided, violation } from "../rule.ts";
import type { Suppression } from "../settings/suppressions.ts";
import { asJson } from "./json.ts";
import { asSarif } from "./sarif.ts";
import { asText, suppressionTable } from "./text.ts";

const ruleOf = (severity: "low" | "medium" | "high" | "critical") =>
  defineRule({
    id: `a-${severity}`,
    severity,
    title: `Title of ${severity}`,
    remediation: "Do this.",
    covers: ["X-1"],
    url: `https://example.com/${severity}`,
    config: z.strictObject({}),
    check: () => [],
  });
const low = ruleOf("low");
const medium = ruleOf("medium");
const high = ruleOf("high");
const critical = ruleOf("critical");

const accepted: Suppression = {
  rule: "a-medium",
  resource: "scratch",
  reason: "holds nothing at all",
  expires: "2999-01-01",
};
const old: Suppression = { ...accepted, resource: "b", expires: "2020-01-01" };
const finding = (
  rule: Finding["rule"],
  outcome: Finding["outcome"],
  more: object = {},
): Finding => ({
  rule,
  level: "mandatory",
  outcome,
  ...more,
});
const report: Report = {
  stack: "prod",
  findings: [
    finding(low, violation("low is wrong")),
    finding(critical, violation("critical is wrong"), { urn: "urn:c" }),
    finding(high, violation("high is wrong")),
    finding(medium, violation("medium is accepted"), { urn: "urn:m", suppressedBy: accepted }),
    finding(medium, violation("medium is wrong")),
    finding(low, advice("mind this"), { level: "advisory", urn: "urn:l" }),
    finding(high, undecided("not to be known")),
    finding(high, pass),
    finding(low, notApplicable("no such thing")),
    finding(low, notApplicable("none either")),
  ],
  suppressions: [
    { of: accepted, status: "used" },
    { of: old, status: "expired" },
  ],
};

describe("as text", () => {
  test("the worst first, then what was accepted, then the count", () => {
    expect(asText(report)).toBe(
      [
        "Violations",
        "  critical a-critical: critical is wrong",
        "           urn:c",
        "           https://example.com/critical",
        "  high     a-high: high is wrong",
        "           https://example.com/high",
        "  medium   a-medium: medium is wrong",
        "           https://example.com/medium",
        "  low      a-low: low is wrong",
        "           https://example.com/low",
        "",
        "Advice",
        "  low      a-low: mind this",
        "           urn:l",
        "           https://example.com/low",
        "",
        "Not known",
        "  high     a-high: not to be known",
        "",
        "Suppressions",
        "  rule      resource  status                  reason",
        "  a-medium  scratch   used, until 2999-01-01  holds nothing at all",
        "  a-medium  b         EXPIRED 2020-01-01      holds nothing at all",
        "",
        "prod: NOT clean · 4 violations, 1 advice · 1 passed, 1 not known, 2 not applicable · 1 suppressed, 1 suppressions expired",
      ].join("\n"),
    );
  });

  test("a clean stack is one line", () => {
    const clean: Report = { stack: "dr", findings: [finding(low, pass)], suppressions: [] };
    expect(asText(clean)).toBe(
      "dr: clean · 0 violations, 0 advice · 1 passed, 0 not known, 0 not applicable · 0 suppressed, 0 suppressions expired",
    );
    expect(suppressionTable(clean)).toEqual([]);
  });
});

test("as JSON: what was said, of what, at which level, accepted why", () => {
  const { version, stacks } = JSON.parse(asJson([report])) as {
    version: number;
    stacks: { findings: object[] }[];
  };
  expect(version).toBe(1);
  expect(stacks[0]).toMatchObject({
    stack: "prod",
    clean: false,
    suppressions: [
      { ...accepted, status: "used" },
      { ...old, status: "expired" },
    ],
  });
  expect(stacks[0]?.findings[2]).toEqual({
    rule: "a-high",
    severity: "high",
    level: "mandatory",
    kind: "violation",
    message: "high is wrong",
  });
  expect(stacks[0]?.findings[3]).toEqual({
    rule: "a-medium",
    severity: "medium",
    level: "mandatory",
    urn: "urn:m",
    kind: "violation",
    message: "medium is accepted",
    suppressed: "holds nothing at all",
  });
});

test("as SARIF: the whole log", () => {
  const small: Report = {
    stack: "prod",
    findings: report.findings.filter(({ rule }) => [low, medium].includes(rule)),
    suppressions: [],
  };
  const described = (rule: Finding["rule"], level: string, security: string) => ({
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: `${rule.title}.` },
    help: { text: "Do this." },
    helpUri: rule.url,
    defaultConfiguration: { level },
    properties: { tags: ["disaster-recovery", "X-1"], "security-severity": security },
  });
  const result = (rule: Finding["rule"], index: number, text: string, place: string) => ({
    ruleId: rule.id,
    ruleIndex: index,
    level: "error",
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: "Pulumi.yaml" },
          region: { startLine: 1 },
        },
        logicalLocations: [{ fullyQualifiedName: place, kind: "resource" }],
      },
    ],
    partialFingerprints: {
      "recoverPolicy/v1": createHash("sha256").update(`${rule.id} ${place}`).digest("hex"),
    },
  });
  const rules = [low, medium, high, critical];
  expect(JSON.parse(asSarif([small], rules, "Pulumi.yaml", "1.2.3"))).toEqual({
    $schema:
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "recover-policies",
            version: "1.2.3",
            rules: [
              described(low, "warning", "3.0"),
              described(medium, "warning", "5.0"),
              described(high, "error", "8.0"),
              described(critical, "error", "9.5"),
            ],
          },
        },
        automationDetails: { id: "policies/prod" },
        results: [
          result(low, 0, "low is wrong", "stack prod"),
          {
            ...result(medium, 1, "medium is accepted", "urn:m"),
            suppressions: [{ kind: "external", justification: "holds nothing at all" }],
          },
          result(medium, 1, "medium is wrong", "stack prod"),
          { ...result(low, 0, "mind this", "urn:l"), level: "warning" },
        ],
      },
    ],
  });
});
