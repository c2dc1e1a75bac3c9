import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** A mutant by what it changes, so that it is still found when lines move. */
export interface Place {
  /** Below `policies/`. */
  readonly file: string;
  /** What is replaced, white space as single blanks. */
  readonly code: string;
  readonly becomes: string;
}

export interface Named extends Place {
  /** Why no test can, or need, notice it. */
  readonly why: string;
}

export const listFile = join(import.meta.dirname, "../mutants.md");

/** The rows of the table in mutants.md: file, code, what it becomes, why. */
export function named(markdown = readFileSync(listFile, "utf8")): Named[] {
  const rows = markdown.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
    const [, file = "", code = "", becomes = "", why = ""] = cells;
    return { file: plain(file), code: plain(code), becomes: plain(becomes), why };
  });
}

/** Where a mutant of Stryker's is. */
export function placeOf(
  mutant: {
    readonly fileName: string;
    readonly replacement?: string;
    readonly location: {
      readonly start: { readonly line: number; readonly column: number };
      readonly end: { readonly line: number; readonly column: number };
    };
  },
  source: string,
  pack: string,
): Place {
  const { start, end } = mutant.location;
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines.push((lines.pop() ?? "").slice(0, end.column - 1));
  const code = lines.join("\n").slice(start.column - 1);
  const file = relative(pack, mutant.fileName);
  return { file, code: oneLine(code), becomes: oneLine(mutant.replacement ?? "") };
}

export function same(one: Place, other: Place): boolean {
  return one.file === other.file && one.code === other.code && one.becomes === other.becomes;
}

export function oneLine(code: string): string {
  return code.replaceAll(/\s+/g, " ").trim();
}

/** A cell without the marks of code. */
function plain(cell: string): string {
  return cell.replace(/^(`+) ?(.*?) ?\1$/, "$2");
}
