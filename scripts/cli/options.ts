import { Option } from "commander";
import { z } from "zod";

/** The parts of JSON Schema that a parameter's option is made from. */
interface Field {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Field;
  readonly description?: string;
  readonly default?: unknown;
}

/** Options of every command, whatever its parameters. */
export const commonOptions = ["json", "input", "connection", "stack"];

/**
 * One option for every top-level field of a command's parameters, `--kebab-case`: flags for
 * booleans (`--no-…` when the default is true), numbers, choices, repeatable lists of scalars, and
 * JSON for everything else. Nothing is required or defaulted here: the schema itself judges.
 */
export function optionsOf(params: z.ZodType): Option[] {
  const schema = z.toJSONSchema(params, { io: "input", unrepresentable: "any" });
  const fields = (schema.properties ?? {}) as Record<string, Field>;
  const required = new Set(schema.required);
  return Object.entries(fields).map(([name, field]) => {
    if (commonOptions.includes(name)) {
      throw new Error(`the parameter "${name}" has the name of an option of every command`);
    }
    return optionOf(name, field, required.has(name));
  });
}

function optionOf(name: string, field: Field, required: boolean): Option {
  const flag = kebab(name);
  const help = [
    field.description ?? "",
    field.default === undefined ? "" : `(default: ${JSON.stringify(field.default)})`,
    required ? "(required)" : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
  if (field.type === "boolean") {
    return new Option(field.default === true ? `--no-${flag}` : `--${flag}`, help);
  }
  if (isNumber(field)) return new Option(`--${flag} <number>`, help).argParser(numberOrText);
  if (field.enum?.every((choice) => typeof choice === "string")) {
    return new Option(`--${flag} <choice>`, `${help} (${field.enum.join(" | ")})`.trim());
  }
  if (field.type === "string") return new Option(`--${flag} <text>`, help);
  if (field.type === "array" && field.items && isScalar(field.items)) {
    const { items } = field;
    return new Option(`--${flag} <value...>`, help).argParser((text, former: unknown) => [
      ...(Array.isArray(former) ? (former as unknown[]) : []),
      isNumber(items) ? numberOrText(text) : text,
    ]);
  }
  return new Option(`--${flag} <json>`, help).argParser(jsonOrText);
}

export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isNumber({ type }: Field): boolean {
  return type === "number" || type === "integer";
}

function isScalar(field: Field): boolean {
  return isNumber(field) || field.type === "string";
}

/** What is no number stays text: the schema then says what it expected. */
function numberOrText(text: string): number | string {
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? text : value;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
