import { z } from "zod";
import type { Level, Rule } from "../rule.ts";
import { objectivesSchema, type Objectives } from "./objectives.ts";
import { suppressionSchema, type Suppression } from "./suppressions.ts";

/** Something that was given to us is wrong: nothing was checked. Exit code 2. */
export class BadInput extends Error {
  override readonly name = "BadInput";
}

const level = z.enum(["mandatory", "advisory", "disabled"]);
const ruleEntry = z.union([level, z.looseObject({ level: level.optional() })]);

const levelsShape = {
  /** Level of every rule that nothing else is said of. */
  all: level.optional(),
  /** Level by severity. */
  severities: z.partialRecord(z.enum(["low", "medium", "high", "critical"]), level).optional(),
  /** Level, or level and configuration, by rule. */
  rules: z.record(z.string(), ruleEntry).optional(),
  objectives: objectivesSchema.optional(),
  suppressions: z.array(suppressionSchema).optional(),
};

const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  ...levelsShape,
  /** The same again for single stacks, by their names; what is said here wins. */
  stacks: z.record(z.string(), z.strictObject(levelsShape)).optional(),
});

/** Settings of one stack, every level and configuration worked out. */
export interface Settings {
  readonly objectives: Objectives;
  /** Objectives of every stack that the file names. */
  readonly declared: ReadonlyMap<string, Objectives>;
  readonly suppressions: readonly Suppression[];
  readonly levelOf: (rule: Rule) => Level;
  readonly configOf: (rule: Rule) => Readonly<Record<string, unknown>>;
}

/**
 * Settings for one stack.
 *
 * Most specific wins: rule, then severity, then `all`, then the rule's own level; within each, what is
 * said for the stack before what is said for all. A rule that is off until asked for stays off under
 * `all` and severities.
 *
 * @param raw parsed settings file; `{}` for none
 * @throws BadInput with one line for each thing that is wrong
 */
export function readSettings(raw: unknown, stack: string, rules: readonly Rule[]): Settings {
  const parsed = settingsSchema.safeParse(raw);
  if (!parsed.success) throw new BadInput(explain(parsed.error.issues));
  const general = parsed.data;
  const special = general.stacks?.[stack] ?? {};
  const layers = [special, general];
  checkNames([general, ...Object.values(general.stacks ?? {})], rules);

  const entryOf = (rule: Rule) =>
    layers.map((layer) => layer.rules?.[rule.id]).filter((entry) => entry !== undefined);
  const levelOf = (rule: Rule): Level => {
    const named = entryOf(rule)
      .map((entry) => (typeof entry === "string" ? entry : entry.level))
      .find((each) => each !== undefined);
    if (named !== undefined || rule.level === "disabled") return named ?? "disabled";
    const bySeverity = layers.map(({ severities }) => severities?.[rule.severity]);
    const byAll = layers.map(({ all }) => all);
    return [...bySeverity, ...byAll].find((each) => each !== undefined) ?? rule.level;
  };
  const configOf = (rule: Rule) => {
    const given = entryOf(rule)
      .reverse()
      .map((entry) => (typeof entry === "string" ? {} : entry));
    const { level: _, ...values } = Object.assign({}, ...given) as Record<string, unknown>;
    const config = rule.config.safeParse(values);
    if (!config.success) throw new BadInput(explain(config.error.issues, `rules.${rule.id}`));
    return config.data;
  };
  for (const rule of rules) configOf(rule);
  return {
    objectives: { ...general.objectives, ...special.objectives },
    declared: new Map(
      Object.entries(general.stacks ?? {}).map(([name, { objectives }]) => [
        name,
        { ...general.objectives, ...objectives },
      ]),
    ),
    suppressions: [...(general.suppressions ?? []), ...(special.suppressions ?? [])],
    levelOf,
    configOf,
  };
}

interface Layer {
  readonly rules?: Readonly<Record<string, unknown>> | undefined;
  readonly suppressions?: readonly Suppression[] | undefined;
}

function checkNames(layers: readonly Layer[], rules: readonly Rule[]): void {
  const ids = new Set(rules.map(({ id }) => id));
  const wrong = layers.flatMap(({ rules: named = {}, suppressions = [] }) => [
    ...Object.keys(named)
      .filter((id) => !ids.has(id))
      .map((id) => `rules.${id}: there is no such rule`),
    ...suppressions
      .filter(({ rule }) => !ids.has(rule))
      .map(({ rule }) => `suppressions: there is no rule ${rule}`),
  ]);
  if (wrong.length > 0) throw new BadInput(wrong.join("\n"));
}

/** One line for each thing that is wrong. @param place before each of their paths */
export function explain(issues: readonly z.core.$ZodIssue[], place?: string): string {
  return issues
    .map(({ path, message }) => {
      const where = [place, ...path].filter((part) => part !== undefined).join(".");
      return where === "" ? message : `${where}: ${message}`;
    })
    .join("\n");
}
