// Types of test-counts.mjs, for TypeScript.
export interface Skipped {
  readonly file: string;
  readonly title: string;
}
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly Skipped[];
}
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}
export function readCounts(report: string): Counts;
export function countsOf(report: Report): Counts;
export function skippedLines(skipped: readonly Skipped[], root: string): string[];
