import type { z } from "zod";
import type { Resource } from "./model/resource.ts";
import { shortType } from "./model/resource.ts";
import type { Stack } from "./model/stack.ts";
import { NotKnown, orNotKnown } from "./model/value.ts";

export type Severity = "low" | "medium" | "high" | "critical";
export type Level = "mandatory" | "advisory" | "disabled";

/** What a rule says of one resource, or of the stack. */
export type Outcome = {
  /** A violation that only advises, whatever the rule's level. @default false */
  readonly advice?: boolean;
} & (
  | { readonly kind: "pass" }
  /** The message holds the numbers, and the setting to change. */
  | { readonly kind: "violation"; readonly message: string }
  | { readonly kind: "notApplicable"; readonly reason: string }
  /** A preview that cannot tell, or a state whose secrets cannot be read. */
  | { readonly kind: "unknown"; readonly reason: string }
);

export interface Verdict {
  /** @default the stack */
  readonly resource?: Resource;
  readonly outcome: Outcome;
}

/** What a rule looks at. */
export interface Context<Config> {
  readonly stack: Stack;
  readonly config: Config;
}

export interface RuleOptions<Config extends z.ZodObject> {
  /** In kebab case, `area-what-is-wanted`; it never changes. */
  readonly id: string;
  readonly severity: Severity;
  /** @default mandatory for high and critical, else advisory */
  readonly level?: Level;
  /** One sentence: how it should be. */
  readonly title: string;
  /** What to write, and what it buys. */
  readonly remediation: string;
  /** Ids of published rules, and of this project's DR list, that it answers. */
  readonly covers: readonly string[];
  /** Where the fact behind it is documented. */
  readonly url: string;
  /** Each field has a default and a description. */
  readonly config: Config;
  /** Pure. May throw {@link NotKnown}, which counts as unknown for the whole stack. */
  readonly check: (context: Context<z.output<Config>>) => Verdict[];
}

export interface Rule extends Omit<RuleOptions<z.ZodObject>, "check" | "level"> {
  readonly level: Level;
  readonly check: (context: Context<never>) => Verdict[];
}

/** One rule is one file, one pure function. */
export function defineRule<Config extends z.ZodObject>(options: RuleOptions<Config>): Rule {
  const serious = options.severity === "high" || options.severity === "critical";
  return { level: serious ? "mandatory" : "advisory", ...options };
}

export const pass: Outcome = { kind: "pass" };
export const violation = (message: string): Outcome => ({ kind: "violation", message });
export const advice = (message: string): Outcome => ({ kind: "violation", message, advice: true });
export const notApplicable = (reason: string): Outcome => ({ kind: "notApplicable", reason });
export const undecided = (reason: string): Outcome => ({ kind: "unknown", reason });

/** A violation with that message, when `wrong`. */
export function failIf(wrong: boolean, message: string): Outcome {
  return wrong ? violation(message) : pass;
}

/** The first outcome that is not a pass. */
export function all(...outcomes: readonly Outcome[]): Outcome {
  const order = ["violation", "unknown", "notApplicable"] as const;
  for (const kind of order) {
    const found = outcomes.find((each) => each.kind === kind);
    if (found !== undefined) return found;
  }
  return pass;
}

/** Asks of each resource of the given types; where there is none, the rule is not applicable. */
export function each<Config>(
  types: string | readonly string[],
  ask: (resource: Resource, context: Context<Config>) => Outcome,
): (context: Context<Config>) => Verdict[] {
  const wanted = typeof types === "string" ? [types] : types;
  return (context) => {
    const resources = context.stack.of(...wanted);
    if (resources.length === 0) return [{ outcome: notApplicable(noneOf(wanted)) }];
    return resources.map((resource) => ({
      resource,
      outcome: decide(() => ask(resource, context)),
    }));
  };
}

/** Asks once of the stack as a whole. */
export function whole<Config>(
  ask: (context: Context<Config>) => Outcome,
): (context: Context<Config>) => Verdict[] {
  return (context) => [{ outcome: decide(() => ask(context)) }];
}

/** An outcome; a value that is not known makes it "unknown", with the value's name as the reason. */
export function decide(ask: () => Outcome): Outcome {
  const said = orNotKnown(ask);
  return said instanceof NotKnown ? undecided(said.message) : said;
}

export function noneOf(types: readonly string[]): string {
  return `the stack has no ${types.map(shortType).join(", ")}`;
}

/** Asks of each resource that `find` gives; where there is none, the rule is not applicable. */
export function eachOf<Config>(
  find: (stack: Stack) => readonly Resource[],
  none: string,
  ask: (resource: Resource, context: Context<Config>) => Outcome,
): (context: Context<Config>) => Verdict[] {
  return (context) => {
    const resources = find(context.stack);
    if (resources.length === 0) return [{ outcome: notApplicable(none) }];
    return resources.map((resource) => ({
      resource,
      outcome: decide(() => ask(resource, context)),
    }));
  };
}
