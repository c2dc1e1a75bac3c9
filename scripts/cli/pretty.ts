/** A result for people: tables for lists of records, `key: value` for the rest. */
export function pretty(value: unknown, indent = ""): string {
  if (value === undefined || value === null) return `${indent}-`;
  if (typeof value !== "object") return indent + scalar(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}(none)`;
    if (value.every(isFlatRecord)) return table(value, indent);
    return value.map((each) => item(pretty(each, `${indent}  `), indent)).join("\n");
  }
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const width = Math.max(0, ...entries.filter(([, each]) => isScalar(each)).map(([k]) => k.length));
  return entries
    .map(([key, each]) =>
      isScalar(each)
        ? `${indent}${`${key}:`.padEnd(width + 1)} ${scalar(each)}`
        : `${indent}${key}:\n${pretty(each, `${indent}  `)}`,
    )
    .join("\n");
}

/** The same result without its lists of records: what fits into an error message. */
export function brief(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => !Array.isArray(each) || isShortList(each)),
  );
}

/** JSON of a result on one line; a bigint becomes a number where one holds it, else text. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "bigint"
      ? Number.isSafeInteger(Number(each))
        ? Number(each)
        : `${each}`
      : each,
  ) as string | undefined;
  return text ?? "null";
}

/** One of several records: a dash shows where it begins. */
function item(text: string, indent: string): string {
  return `${indent}- ${text.slice(indent.length + 2)}`;
}

function table(rows: readonly Record<string, unknown>[], indent: string): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [names, ...rows.map((row) => names.map((name) => scalar(row[name])))];
  const widths = names.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells
    .map(
      (row) =>
        indent +
        row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("  ")
          .trimEnd(),
    )
    .join("\n");
}

function isFlatRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isScalar)
  );
}

function isScalar(value: unknown): boolean {
  return value === null || value === undefined || typeof value !== "object" || isShortList(value);
}

/** A list of scalars fits into a cell. */
function isShortList(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each !== "object" || each === null);
}

function scalar(value: unknown): string {
  if (value === undefined || value === null) return "-";
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.map(scalar).join(", ");
  if (typeof value === "number" && !Number.isInteger(value)) return String(rounded(value));
  return typeof value === "string" ? value : toJson(value);
}

/** Three digits behind the point: seconds to the millisecond. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
