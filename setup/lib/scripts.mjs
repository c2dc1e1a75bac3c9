import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Writes an executable whole.
 * @param {string} file
 * @param {string} text
 */
export function writeScript(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, text);
  chmodSync(partial, 0o755);
  renameSync(partial, file);
}

/** A line of shell that gives a script's own folder, wherever the project was moved to. */
export const here = 'here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)';
