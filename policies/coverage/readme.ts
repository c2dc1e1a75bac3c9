import { rules } from "../index.ts";
import type { Rule } from "../rule.ts";
import { notOurs } from "./not-ours.ts";
import { publishedIds } from "./published.ts";
import { cell, rowOf } from "./row.ts";

/** The generated part of README.md: rules by area, and every published rule with what answers it. */
export function tables(): string {
  const areas = [...new Set(rules.map(areaOf))];
  return [
    `## The ${rules.length} rules`,
    "",
    "_Generated from the rules by `node policies/coverage/write-readme.ts`; a test holds it to them._",
    ...areas.flatMap((area) => ["", `### ${area}`, "", ...ruleTable(area)]),
    "",
    "## Published rules and ours",
    "",
    "CKV Checkov · AWS Trivy · NAG cdk-nag · cfg AWS Config · SH Security Hub · CT Control Tower · PCR Pulumi compliance-ready · AG AWSGuard · KYV Kyverno · DR this project's own list.",
    ...coverage(),
    "",
  ].join("\n");
}

function ruleTable(area: string): string[] {
  return [
    "| rule | severity, level | how it should be | what to do | settings |",
    "| --- | --- | --- | --- | --- |",
    ...rules
      .filter((rule) => areaOf(rule) === area)
      .map(rowOf),
  ];
}

function coverage(): string[] {
  const byId = new Map<string, string[]>();
  for (const { id, covers } of rules) {
    for (const each of covers) byId.set(each, [...(byId.get(each) ?? []), id]);
  }
  const ids = publishedIds();
  return [...new Set(ids.map(({ area }) => area))].flatMap((area) => [
    "",
    `### ${area}: published`,
    "",
    "| published | ours, or why not |",
    "| --- | --- |",
    ...ids
      .filter((each) => each.area === area)
      .map(({ id }) => `| ${id} | ${byId.get(id)?.join(", ") ?? `– ${cell(notOurs[id] ?? "not yet")}`} |`),
  ]);
}

function areaOf(rule: Rule): string {
  return rule.id.split("-")[0] ?? "";
}

/** What stands before the generated part, by hand. */
export const mark = "<!-- What follows is generated. -->";
