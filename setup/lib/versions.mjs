import { readFileSync } from "node:fs";
import { inSetup } from "./paths.mjs";

/** The one list of what is installed. Lock files (go.mod, pom.xml, …) agree with it: versions.test.ts checks that. */
export const versions = /** @type {typeof import("../versions.json")} */ (
  JSON.parse(readFileSync(inSetup("versions.json"), "utf8"))
);

/**
 * The first version number in a program's answer: "go version go1.26.8 linux/amd64" gives [1, 26, 8].
 * @param {string} text
 * @returns {number[] | undefined}
 */
export function parseVersion(text) {
  const match = /(?<![\d.])(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text);
  return match?.slice(1).map((part) => Number(part ?? 0));
}

/**
 * @param {string} found a version, or a program's answer that holds one
 * @param {string} wanted
 */
export function isAtLeast(found, wanted) {
  const have = parseVersion(found);
  const need = parseVersion(wanted);
  if (!have || !need) return false;
  for (let index = 0; index < 3; index += 1) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
