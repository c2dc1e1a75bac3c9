import { findingsOf, isClean, violations, type FindingOf, type Report } from "../evaluate.ts";
import type { Outcome } from "../rule.ts";

/** The report as a person reads it: what is wrong first, then what was accepted, then the count. */
export function asText(report: Report): string {
  const mandatory = violations(report, "mandatory");
  const advisory = violations(report, "advisory");
  const unknown = findingsOf(report, "unknown");
  return [
    ...section("Violations", mandatory),
    ...section("Advice", advisory),
    ...section("Not known", unknown),
    ...suppressionTable(report),
    summary(report),
  ].join("\n");
}

/** Also the message of the pack's policy `suppressions`. */
export function suppressionTable({ suppressions }: Report): string[] {
  if (suppressions.length === 0) return [];
  const rows = suppressions.map(({ of, status }) => [
    of.rule,
    of.resource,
    status === "expired" ? `EXPIRED ${of.expires}` : `${status}, until ${of.expires}`,
    of.reason,
  ]);
  return ["Suppressions", ...table(["rule", "resource", "status", "reason"], rows), ""];
}

type Told = FindingOf<"violation"> | FindingOf<"unknown">;

function section(title: string, findings: readonly Told[]): string[] {
  if (findings.length === 0) return [];
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  return [title, ...sorted.flatMap(lines), ""];
}

const ranks = { critical: 0, high: 1, medium: 2, low: 3 };

function rank({ rule }: Told): number {
  return ranks[rule.severity];
}

function lines({ rule, urn, outcome }: Told): string[] {
  const first = `  ${rule.severity.padEnd(8)} ${rule.id}:`;
  if (outcome.kind === "unknown") return [`${first} ${outcome.reason}`];
  const more = urn === undefined ? [rule.url] : [urn, rule.url];
  return [`${first} ${outcome.message}`, ...more.map((each) => `           ${each}`)];
}

function summary(report: Report): string {
  const count = (kind: Outcome["kind"]) => findingsOf(report, kind).length;
  const suppressed = report.findings.filter((each) => each.suppressedBy !== undefined).length;
  const expired = report.suppressions.filter(({ status }) => status === "expired").length;
  return [
    `${report.stack}: ${isClean(report) ? "clean" : "NOT clean"}`,
    `${violations(report, "mandatory").length} violations, ${violations(report, "advisory").length} advice`,
    `${count("pass")} passed, ${count("unknown")} not known, ${count("notApplicable")} not applicable`,
    `${suppressed} suppressed, ${expired} suppressions expired`,
  ].join(" · ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => String(row[i]).length)));
  return all.map((row) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd(),
  );
}
