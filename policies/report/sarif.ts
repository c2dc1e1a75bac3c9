import { createHash } from "node:crypto";
import { findingsOf, type FindingOf, type Report } from "../evaluate.ts";
import type { Rule } from "../rule.ts";

/**
 * Static Analysis Results Interchange Format 2.1.0, for code scanning:
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 *
 * @param source file of the repository that findings are shown at: a resource has no line of its own
 */
export function asSarif(
  reports: readonly Report[],
  rules: readonly Rule[],
  source: string,
  version: string,
): string {
  const log = {
    $schema:
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: reports.map((report) => ({
      tool: { driver: { name: "recover-policies", version, rules: rules.map(describe) } },
      // One run a stack: code scanning keeps those of different categories apart.
      automationDetails: { id: `policies/${report.stack}` },
      results: findingsOf(report, "violation").map((finding) =>
        resultOf(finding, report.stack, rules, source),
      ),
    })),
  };
  return JSON.stringify(log, null, 2);
}

/** What GitHub sorts by: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
const securitySeverity = { low: "3.0", medium: "5.0", high: "8.0", critical: "9.5" } as const;

function describe(rule: Rule) {
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: `${rule.title}.` },
    help: { text: rule.remediation },
    helpUri: rule.url,
    defaultConfiguration: { level: rule.level === "mandatory" ? "error" : "warning" },
    properties: {
      tags: ["disaster-recovery", ...rule.covers],
      "security-severity": securitySeverity[rule.severity],
    },
  };
}

function resultOf(
  finding: FindingOf<"violation">,
  stack: string,
  rules: readonly Rule[],
  source: string,
) {
  const { rule, urn, outcome, suppressedBy } = finding;
  const place = urn ?? `stack ${stack}`;
  return {
    ruleId: rule.id,
    ruleIndex: rules.indexOf(rule),
    level: finding.level === "mandatory" ? "error" : "warning",
    message: { text: outcome.message },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: source }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: place, kind: "resource" }],
      },
    ],
    // Keeps an alert the same one while its wording changes.
    partialFingerprints: {
      "recoverPolicy/v1": createHash("sha256").update(`${rule.id} ${place}`).digest("hex"),
    },
    ...(suppressedBy === undefined
      ? {}
      : { suppressions: [{ kind: "external", justification: suppressedBy.reason }] }),
  };
}
