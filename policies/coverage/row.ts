import { z } from "zod";
import type { Rule } from "../rule.ts";

/** A rule's row in README.md. */
export function rowOf(rule: Rule): string {
  const { id, url, severity, level } = rule;
  return `| [${id}](${url}) | ${severity}, ${level} | ${cell(rule.title)} | ${cell(rule.remediation)} | ${settingsOf(rule)} |`;
}

function settingsOf(rule: Rule): string {
  const { properties = {} } = z.toJSONSchema(rule.config, { io: "input" }) as {
    properties?: Record<string, { default?: unknown; description?: string }>;
  };
  return Object.entries(properties)
    .map(
      ([name, { default: usual, description = "" }]) =>
        `\`${name}\` (${cell(JSON.stringify(usual))}): ${cell(description)}`,
    )
    .join("<br>");
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
