import path from "node:path";
import { root, stampDir } from "./paths.mjs";
import { isCurrent, readStamp, recipeKey } from "./stamp.mjs";

/**
 * One thing that the project needs.
 * @typedef {object} Piece
 * @property {string} name
 * @property {string} title
 * @property {string} version from versions.json; "any" pieces name their minimum
 * @property {number} revision raise it when `install` makes something else of the same version
 * @property {string[]} files lock files that say what exactly is installed
 * @property {boolean} [optional] not part of a plain set-up: only who names it gets it
 * @property {() => string} [seen] what of the machine the choice depends on, cheaply found
 * @property {number} megabytes disk at the peak, download caches included, when nothing is there
 * @property {() => boolean} [current] looks for itself instead of trusting the stamp
 * @property {(context: Context) => Promise<Record<string, unknown>>} install gives its share of tools.json
 */

/**
 * @typedef {object} Context
 * @property {(text: string) => void} say
 * @property {Record<string, unknown>} tools what earlier pieces gave
 */

/** @param {Piece} piece */
export const stampFile = (piece) => path.join(stampDir, `${piece.name}.json`);

/** @param {Piece} piece */
export function keyOf(piece) {
  const seen = piece.seen?.() ?? "";
  return recipeKey({ ...piece, version: `${piece.version} ${seen}`.trim() });
}

/**
 * @param {Piece} piece
 * @returns {import("./stamp.mjs").Stamp | undefined} its stamp when the piece is complete and as wanted
 */
export function completeStamp(piece) {
  const stamp = readStamp(stampFile(piece));
  if (piece.current && !piece.current()) return undefined;
  return isCurrent(stamp, keyOf(piece), root) ? stamp : undefined;
}
