import { z } from "zod";
import { rules } from "../index.ts";
import type { Rule } from "../rule.ts";
import { notOurs } from "./not-ours.ts";
import { publishedIds } from "./published.ts";

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
      .map(
        (rule) =>
          `| [${rule.id}](${rule.url}) | ${rule.severity}, ${rule.level} | ${cell(rule.title)} | ${cell(rule.remediation)} | ${settingsOf(rule)} |`,
      ),
  ];
}

function settingsOf(rule: Rule): string {
  const { properties = {} } = z.toJSONSchema(rule.config, { io: "input" }) as {
    properties?: Record<string, { default?: unknown; description?: string }>;
  };
  return Object.entries(properties)
    .map(
      ([name, { default: usual, description = "" }]) =>
        `\`${name}\` (${cell(JSON.stringify(usual))}): ${cell(description)}`,
    )
    .join("<br>");
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

/** A text within a table: a bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** What stands before the generated part, by hand. */
export const mark = "<!-- What follows is generated. -->";
