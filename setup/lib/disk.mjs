import { existsSync, statfsSync } from "node:fs";
import path from "node:path";
import { Problem } from "./problem.mjs";

/**
 * @param {string} folder may be one that is yet to be made
 * @returns {number} free megabytes
 */
export function freeMegabytes(folder) {
  let existing = folder;
  while (!existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return Math.floor((bavail * bsize) / 1e6);
}

/**
 * @param {string} folder
 * @param {number} neededMb
 * @param {number} [freeMb]
 */
export function checkDisk(folder, neededMb, freeMb = freeMegabytes(folder)) {
  if (freeMb >= neededMb) return;
  throw new Problem(
    "not enough free disk space",
    `set-up needs about ${neededMb} MB with the download caches, and ${freeMb} MB are free at ${folder}`,
    "make room, or move the project to a larger disk, and run this again",
  );
}
