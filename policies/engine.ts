import type {
  Policies,
  PolicyConfigSchema,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { z } from "zod";
import { findingsOf, judge, reportOf, type Finding } from "./evaluate.ts";
import { inputsOf, stackFacts } from "./model/from-policy.ts";
import { Stack, type StackFacts } from "./model/stack.ts";
import type { Branch } from "./model/value.ts";
import { suppressionTable } from "./report/text.ts";
import type { Rule } from "./rule.ts";
import type { Settings } from "./settings/index.ts";

/** What the engine tells besides the resources. */
export type Told = Pick<StackFacts, "name" | "config">;

/** The rules as policies of Pulumi's engine, and what goes with them. */
export function policiesOf(
  rules: readonly Rule[],
  settings: Settings,
  told: Told,
  today: () => Date,
): Policies {
  const turns = new Turns(settings, told);
  return [
    turns.collector,
    ...rules.map((rule) => policyOf(rule, turns, settings, today)),
    summaryOf(turns, settings, today),
    expiryOf(turns, settings, today),
  ];
}

/** Levels and configuration of every rule, as the engine takes them from a pack. */
export function configOf(rules: readonly Rule[], settings: Settings) {
  return Object.fromEntries(
    rules.map((rule) => [
      rule.id,
      { enforcementLevel: settings.levelOf(rule), ...settings.configOf(rule) },
    ]),
  );
}

/** One request of the engine: it hands the stack to each policy in turn. */
interface Turn {
  readonly stack: Stack;
  /** What the rules have said so far. */
  readonly findings: Finding[];
}

class Turns {
  private readonly settings: Settings;
  private readonly told: Told;
  private readonly inputs = new Map<string, Branch>();
  /** The engine asks for all policies in one request, which is answered within one turn of the event loop. */
  private current: Turn | undefined;

  constructor(settings: Settings, told: Told) {
    this.settings = settings;
    this.told = told;
  }

  /** Sees each resource before its step, which is when the inputs are told. */
  readonly collector: ResourceValidationPolicy = {
    name: "inputs",
    description:
      "Collects what the program asks for, so that previews can be judged; reports nothing",
    enforcementLevel: "advisory",
    validateResource: (args) => {
      this.inputs.set(args.urn, inputsOf(args));
    },
  };

  of(args: Pick<StackValidationArgs, "resources">): Turn {
    if (this.current !== undefined) return this.current;
    const { objectives, declared } = this.settings;
    const stack = new Stack(stackFacts(args, this.inputs, this.told), { objectives, declared });
    this.current = { stack, findings: [] };
    setImmediate(() => (this.current = undefined));
    return this.current;
  }
}

function policyOf(
  rule: Rule,
  turns: Turns,
  settings: Settings,
  today: () => Date,
): StackValidationPolicy {
  const { properties = {} } = z.toJSONSchema(rule.config);
  return {
    name: rule.id,
    description: rule.title,
    enforcementLevel: settings.levelOf(rule),
    severity: rule.severity,
    remediationSteps: rule.remediation,
    url: rule.url,
    tags: ["disaster-recovery", ...rule.covers],
    configSchema: { properties: properties as PolicyConfigSchema["properties"] },
    validateStack: (args, report) => {
      const configured: Settings = {
        ...settings,
        configOf: ({ config }) => config.parse(args.getConfig()),
      };
      const turn = turns.of(args);
      const findings = judge(rule, turn.stack, configured, today());
      turn.findings.push(...findings);
      for (const { outcome, urn, suppressedBy } of findings) {
        if (outcome.kind !== "violation" || suppressedBy !== undefined) continue;
        if (outcome.advice === true) continue; // A policy has one level: `summary` tells it.
        report(`${outcome.message}\n${rule.remediation}\n${rule.url}`, urn);
      }
      const reasons = findings.flatMap(({ outcome }) =>
        outcome.kind === "notApplicable" ? [outcome.reason] : [],
      );
      if (reasons.length === findings.length) args.notApplicable(reasons[0]);
    },
  };
}

/** What no single rule says: what was accepted, and what could not be decided. */
function summaryOf(turns: Turns, settings: Settings, today: () => Date): StackValidationPolicy {
  return {
    name: "summary",
    description: "Suppressions that count, and what could not be decided",
    enforcementLevel: "advisory",
    validateStack: (args, report) => {
      const { stack, findings } = turns.of(args);
      const checked = reportOf(stack, findings, settings, today());
      const table = suppressionTable(checked);
      if (table.length > 0) report(table.join("\n"));
      for (const { rule, outcome, urn, suppressedBy } of findingsOf(checked, "violation")) {
        if (outcome.advice === true && suppressedBy === undefined) {
          report(`${rule.id}: ${outcome.message}`, urn);
        }
      }
      const open = findingsOf(checked, "unknown").map(
        ({ rule, outcome }) => `  ${rule.id}: ${outcome.reason}`,
      );
      if (open.length > 0) report(["Not known before the update:", ...open].join("\n"));
    },
  };
}

function expiryOf(turns: Turns, settings: Settings, today: () => Date): StackValidationPolicy {
  return {
    name: "suppressions-current",
    description: "No suppression has run out",
    enforcementLevel: "mandatory",
    validateStack: (args, report) => {
      const { stack, findings } = turns.of(args);
      for (const { of, status } of reportOf(stack, findings, settings, today()).suppressions) {
        if (status !== "expired") continue;
        report(
          `the suppression of ${of.rule} for ${of.resource} ran out on ${of.expires}: ` +
            "mend what it accepts, or give it a new day and reason",
        );
      }
    },
  };
}
