import { isClean, type Report } from "../evaluate.ts";

/** The whole report for other programs. */
export function asJson(reports: readonly Report[]): string {
  const stacks = reports.map((report) => ({
    stack: report.stack,
    clean: isClean(report),
    findings: report.findings.map(({ rule, level, urn, outcome, suppressedBy }) => ({
      rule: rule.id,
      severity: rule.severity,
      level,
      urn,
      ...outcome,
      suppressed: suppressedBy?.reason,
    })),
    suppressions: report.suppressions.map(({ of, status }) => ({ ...of, status })),
  }));
  return JSON.stringify({ version: 1, stacks }, null, 2);
}
