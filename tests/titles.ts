import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** The first table of a document below docs/, cell by cell: its head, and its rows. */
export function tableOf(document: string): { head: string[]; rows: string[][] } {
  const [head = [], , ...rows] = readFileSync(join(root, "docs", document), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return { head, rows };
}

/** The tests that a cell names, each as `` `file` "title" ``. */
export function testsIn(cell: string): { readonly file: string; readonly title: string }[] {
  return [...cell.matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, file = "", title = ""]) => ({
    file,
    title,
  }));
}

/** As a test's title; Prettier puts a long one on a line of its own. */
export function hasTitle(file: string, title: string): boolean {
  const path = join(root, file);
  if (!existsSync(path)) return false;
  const source = readFileSync(path, "utf8").replaceAll(/\(\s+"/g, '("');
  return source.includes(`(${JSON.stringify(title)},`);
}
