import type { Stack } from "./model/stack.ts";
import { NotKnown } from "./model/value.ts";
import { undecided, type Level, type Outcome, type Rule, type Verdict } from "./rule.ts";
import type { Settings } from "./settings/index.ts";
import { concerns, isCurrent, type Suppression } from "./settings/suppressions.ts";

/** What one rule says of one resource, or of the stack. */
export interface Finding {
  readonly rule: Rule;
  readonly level: Level;
  /** @default the stack as a whole */
  readonly urn?: string | undefined;
  readonly outcome: Outcome;
  /** The current suppression that takes this violation away. */
  readonly suppressedBy?: Suppression | undefined;
}

export type SuppressionStatus = "used" | "unused" | "expired";

export interface Report {
  readonly stack: string;
  readonly findings: readonly Finding[];
  readonly suppressions: readonly { of: Suppression; status: SuppressionStatus }[];
}

/** Runs every rule that is not disabled. */
export function evaluate(
  rules: readonly Rule[],
  stack: Stack,
  settings: Settings,
  today: Date,
): Report {
  const findings = rules
    .filter((rule) => settings.levelOf(rule) !== "disabled")
    .flatMap((rule) => judge(rule, stack, settings, today));
  return reportOf(stack, findings, settings, today);
}

/** Of what the rules have said already. */
export function reportOf(
  stack: Stack,
  findings: readonly Finding[],
  settings: Settings,
  today: Date,
): Report {
  return {
    stack: stack.name,
    findings,
    suppressions: settings.suppressions.map((of) => ({
      of,
      status: !isCurrent(of, today)
        ? "expired"
        : findings.some(({ suppressedBy }) => suppressedBy === of)
          ? "used"
          : "unused",
    })),
  };
}

/** All that one rule says. */
export function judge(rule: Rule, stack: Stack, settings: Settings, today: Date): Finding[] {
  const level = settings.levelOf(rule);
  return verdictsOf(rule, stack, settings.configOf(rule)).map(({ resource, outcome }) => {
    const urn = resource?.urn;
    const suppressedBy =
      outcome.kind === "violation"
        ? settings.suppressions.find(
            (each) => each.rule === rule.id && concerns(each, urn) && isCurrent(each, today),
          )
        : undefined;
    return {
      rule,
      level: outcome.advice === true ? "advisory" : level,
      urn,
      outcome,
      suppressedBy,
    };
  });
}

/** @throws Error naming the rule, when the rule itself is at fault */
function verdictsOf(
  rule: Rule,
  stack: Stack,
  config: Readonly<Record<string, unknown>>,
): readonly Verdict[] {
  try {
    return rule.check({ stack, config: config as never });
  } catch (error) {
    if (error instanceof NotKnown) return [{ outcome: undecided(error.message) }];
    throw new Error(`rule ${rule.id} failed: ${String(error)}`, { cause: error });
  }
}

export type FindingOf<Kind extends Outcome["kind"]> = Finding & {
  readonly outcome: { readonly kind: Kind };
};

export function findingsOf<Kind extends Outcome["kind"]>(
  report: Report,
  kind: Kind,
): FindingOf<Kind>[] {
  return report.findings.filter((each): each is FindingOf<Kind> => each.outcome.kind === kind);
}

/** Violations that count: not suppressed. */
export function violations(report: Report, level: Finding["level"]): FindingOf<"violation">[] {
  return findingsOf(report, "violation").filter(
    (each) => each.suppressedBy === undefined && each.level === level,
  );
}

/** A stack is clean when nothing mandatory is violated and no suppression has run out. */
export function isClean(report: Report): boolean {
  return (
    violations(report, "mandatory").length === 0 &&
    report.suppressions.every(({ status }) => status !== "expired")
  );
}
