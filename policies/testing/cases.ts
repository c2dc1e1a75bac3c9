import type { Outcome, Rule } from "../rule.ts";
import { Stack, type Surroundings } from "../model/stack.ts";
import { readSettings } from "../settings/index.ts";
import { judge } from "../evaluate.ts";
import { StackBuilder, type nowhere } from "./builder.ts";
import { sources, stackFrom, type Source } from "./sources.ts";

type Build = (stack: StackBuilder) => unknown;

/** One stack, and what the rule must say of it, however the stack reaches the rule. */
export interface Case {
  readonly title: string;
  readonly stack: Build;
  /** Name of the stack. @default prod */
  readonly name?: string;
  /** @default eu-central-1 */
  readonly region?: string | typeof nowhere;
  /** The rule's own configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly objectives?: Readonly<Record<string, unknown>>;
  /** The stack as it was before. */
  readonly previous?: Build;
  /** Stack configuration by full key. */
  readonly stackConfig?: Readonly<Record<string, unknown>>;
  /** Objectives of other stacks in the settings file, by name. */
  readonly declared?: Readonly<Record<string, object>>;
  /** Other stacks, by name. */
  readonly peers?: Readonly<Record<string, Build>>;
  /** In the message or reason. For a failure it is required: the numbers and the setting. */
  readonly says?: string | RegExp;
  /** Logical names of the resources that it is said of. @default not looked at */
  readonly of?: readonly string[];
  /** @default all */
  readonly only?: readonly Source[];
}

export interface FailingCase extends Case {
  readonly says: string | RegExp;
}

export const kinds = ["pass", "violation", "unknown", "notApplicable"] as const;

/** Cases of one rule. A kind without a case says why there can be none. */
export interface Cases {
  readonly rule: Rule;
  readonly pass: readonly Case[];
  readonly violation: readonly FailingCase[];
  readonly unknown: readonly Case[] | string;
  readonly notApplicable: readonly Case[] | string;
}

export interface Said {
  readonly name: string | undefined;
  readonly outcome: Outcome;
}

/** What the rule says of the case's stack when it comes from that source. */
export function ask(rule: Rule, each: Case, source: Source): Said[] {
  const settings = readSettings(
    {
      rules: { [rule.id]: { level: "mandatory", ...each.config } },
      objectives: each.objectives ?? {},
      stacks: Object.fromEntries(
        Object.entries(each.declared ?? {}).map(([name, objectives]) => [name, { objectives }]),
      ),
    },
    each.name ?? "prod",
    [rule],
  );
  const { objectives, declared } = settings;
  const build = (
    program: Build,
    name: string,
    around: Surroundings,
    from: Source,
    config: Case["stackConfig"] = {},
  ): Stack => {
    const builder = new StackBuilder(name, each.region ?? "eu-central-1");
    Object.assign(builder.config, config);
    program(builder);
    return stackFrom(from, builder, around);
  };
  const name = each.name ?? "prod";
  const previous = each.previous && build(each.previous, name, { objectives }, "exported state");
  const peers = Object.entries(each.peers ?? {}).map(([peer, program]) =>
    build(program, peer, { objectives }, "exported state"),
  );
  const stack = build(
    each.stack,
    name,
    { objectives, declared, peers, ...(previous === undefined ? {} : { previous }) },
    source,
    each.stackConfig,
  );
  return judge(rule, stack, settings, new Date()).map(({ urn, outcome }) => ({
    name: urn?.split("::").at(-1),
    outcome,
  }));
}

function sourcesOf(each: Case): readonly Source[] {
  return each.only ?? sources;
}

/** What is wrong with what the rule says of the case, whatever source it comes from; nothing when all is as it says. */
export function complaintOf(
  rule: Rule,
  kind: (typeof kinds)[number],
  each: Case,
): string | undefined {
  for (const source of sourcesOf(each)) {
    const said = ask(rule, each, source);
    const wrong = misjudged(said, kind, each);
    if (wrong !== undefined) return `${source}: ${wrong}: ${JSON.stringify(said, null, 1)}`;
  }
  return undefined;
}

/** Outcomes, the worst first. */
const order = ["violation", "unknown", "pass", "notApplicable"] as const;

function misjudged(
  said: readonly Said[],
  kind: (typeof kinds)[number],
  { says, of }: Case,
): string | undefined {
  const ofKind = said.filter(({ outcome }) => outcome.kind === kind);
  if (ofKind.length === 0) return `no ${kind}`;
  const worse = order.slice(0, order.indexOf(kind));
  const worst = said.find(({ outcome }) => worse.includes(outcome.kind));
  if (worst !== undefined) return `a ${worst.outcome.kind}, where ${kind} is the worst`;
  const words = ofKind.map(({ outcome }) => wordsOf(outcome)).join("\n");
  if (says !== undefined && !(typeof says === "string" ? words.includes(says) : says.test(words)))
    return `does not say ${String(says)}`;
  const names = ofKind.map(({ name }) => String(name)).sort();
  if (of !== undefined && names.join() !== [...of].sort().join())
    return `of ${names.join()}, not of ${of.join()}`;
  return undefined;
}

/** Message or reason. */
function wordsOf(outcome: Outcome): string {
  if (outcome.kind === "violation") return outcome.message;
  return outcome.kind === "pass" ? "" : outcome.reason;
}
