import { z } from "zod";
import type { Rule } from "../rule.ts";

/** A rule's row in README.md. */
export function rowOf(rule: Rule): string {
  const { id, url, severity, level } = rule;
  return `| [${id}](${url}) | ${severity}, ${level} | ${cell(rule.title)} | ${cell(rule.remediation)} | ${settingsOf(rule)} |`;
}

function settingsOf(rule: Rule): string {
  const { properties = {} } = z.toJSONSchema(rule.config, { io: "input" }) as {
    properties?: Record<string, Setting>;
  };
  return Object.entries(properties)
    .map(([name, setting]) => {
      const { default: usual, description = "" } = setting;
      const values = [JSON.stringify(usual), ...boundsOf(setting)].map(cell).join("; ");
      return `\`${name}\` (${values}): ${cell(description)}`;
    })
    .join("<br>");
}

/** A setting as JSON schema has it. */
interface Setting {
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: { readonly enum?: readonly string[] };
}

function boundsOf({ minimum, exclusiveMinimum, maximum, pattern, items }: Setting): string[] {
  // A whole number without bounds has those of what a number can hold.
  const told = (bound: number | undefined) => bound !== undefined && Number.isSafeInteger(bound * 2);
  return [
    ...(told(minimum) ? [`from ${minimum ?? ""}`] : []),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(told(maximum) ? [`to ${maximum ?? ""}`] : []),
    ...(pattern === undefined ? [] : [`like \`${pattern}\``]),
    ...(items?.enum === undefined ? [] : [`of ${items.enum.join(", ")}`]),
  ];
}

/** A text within a table: a bar would end the cell. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/**
 * What README.md says otherwise of this rule; nothing when it says the same.
 *
 * @param readme how it is aligned makes no difference
 */
export function undescribed(rule: Rule, readme: string): string | undefined {
  const lines = readme.split("\n").map((line) => line.replaceAll(/ +/g, " "));
  const row = rowOf(rule).replaceAll(/ +/g, " ");
  if (!lines.includes(row)) return `README.md has no ${row}`;
  const covered = lines.flatMap((line) => {
    const [, published = "", ours = ""] = line.split("|").map((each) => each.trim());
    return ours.split(", ").includes(rule.id) ? [published] : [];
  });
  const said = [...covered].sort().join();
  const covers = [...rule.covers].sort().join();
  return said === covers ? undefined : `README.md says that it covers ${said}, not ${covers}`;
}
