import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Written when a piece is complete and only then: a piece without its stamp is installed again.
 * @typedef {object} Stamp
 * @property {string} key what was installed: the hash of version, revision and lock files
 * @property {Record<string, unknown>} tools the piece's share of tools.json; `$ROOT` stands for the project's folder
 * @property {string} installedAt
 * @property {number} seconds
 */

/**
 * @param {{ version: string, revision: number, files: string[] }} recipe
 * @returns {string}
 */
export function recipeKey(recipe) {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([recipe.version, recipe.revision, process.platform, process.arch]));
  for (const file of recipe.files) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 24);
}

/**
 * @param {string} file
 * @returns {Stamp | undefined} nothing for a missing or a torn file
 */
export function readStamp(file) {
  try {
    const stamp = JSON.parse(readFileSync(file, "utf8"));
    return typeof stamp?.key === "string" && typeof stamp.tools === "object" ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {unknown} value
 */
export function writeWhole(file, value) {
  mkdirSync(path.dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(partial, file);
}

/**
 * Complete means: stamped with this key, and every file that it names is still there.
 * @param {Stamp | undefined} stamp
 * @param {string} key
 * @param {string} root
 * @returns {stamp is Stamp}
 */
export function isCurrent(stamp, key, root) {
  if (stamp?.key !== key) return false;
  return Object.values(expand(stamp.tools, root)).every(
    (value) => typeof value !== "string" || !path.isAbsolute(value) || existsSync(value),
  );
}

/**
 * Stamps survive a move of the project: its folder is written as `$ROOT`.
 * @param {Record<string, unknown>} tools
 * @param {string} root
 */
export function contract(tools, root) {
  return mapStrings(tools, (text) =>
    text === root || text.startsWith(`${root}/`) ? `$ROOT${text.slice(root.length)}` : text,
  );
}

/**
 * @param {Record<string, unknown>} tools
 * @param {string} root
 */
export function expand(tools, root) {
  return mapStrings(tools, (text) =>
    text.startsWith("$ROOT") ? root + text.slice("$ROOT".length) : text,
  );
}

/**
 * @param {Record<string, unknown>} record
 * @param {(text: string) => string} change
 * @returns {Record<string, unknown>}
 */
function mapStrings(record, change) {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      typeof value === "string" ? change(value) : value,
    ]),
  );
}
