import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isExecutable, onPath } from "../lib/find.mjs";
import { inRoot } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { run } from "../lib/run.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry */
/** @typedef {{ packages?: Record<string, LockEntry> }} Lock */

/** @param {string} file @returns {Lock | undefined} */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * npm writes what it installed beside it, last; packages of other machines are missing on purpose.
 * @param {Lock | undefined} wanted package-lock.json
 * @param {Lock | undefined} installed node_modules/.package-lock.json
 */
export function isInstalled(wanted, installed) {
  if (!wanted?.packages || !installed?.packages) return false;
  const have = installed.packages;
  const missing = Object.entries(wanted.packages).some(([place, entry]) => {
    if (place === "") return false;
    const found = have[place];
    if (!found) return !entry.optional;
    return found.version !== entry.version || found.integrity !== entry.integrity;
  });
  return !missing && Object.keys(have).every((place) => wanted.packages?.[place] !== undefined);
}

/**
 * The npm that started this, else the one beside this Node, else the one on PATH.
 * @returns {string[]}
 */
export function npmCommand() {
  const running = process.env["npm_execpath"];
  if (running && /npm-cli\.c?js$/.test(running) && existsSync(running)) {
    return [process.execPath, running];
  }
  const beside = path.join(path.dirname(process.execPath), "npm");
  const [npm] = isExecutable(beside) ? [beside] : onPath("npm");
  if (npm) return [npm];
  throw new Problem(
    "no npm",
    "it is neither beside this Node nor on PATH",
    "install npm (it comes with Node; Debian: apt-get install npm), and run this again",
  );
}

/** @type {import("../lib/piece.mjs").Piece} */
export const npm = {
  name: "npm",
  title: "npm packages",
  version: "lock",
  revision: 1,
  // Looks at what npm says it installed; `npm install` by hand counts as well.
  files: [],
  megabytes: 1700,
  current: () =>
    isInstalled(
      readLock(inRoot("package-lock.json")),
      readLock(inRoot("node_modules", ".package-lock.json")),
    ),
  async install({ say }) {
    if (npm.current?.()) return {};
    say("npm ci");
    await run(
      [
        ...npmCommand(),
        "ci",
        ...["--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund"],
      ],
      {
        log: "npm",
        what: "npm ci",
        cwd: inRoot(),
        todo: "see that the npm registry can be reached (npm ping), and run this again",
      },
    );
    if (!npm.current?.()) {
      throw new Problem(
        "npm ci ended well, but node_modules is not what package-lock.json says",
        "a setting of npm (an .npmrc, npm_config_… variables) leaves packages out",
        "unset omit, dry-run and package-lock-only in npm's settings, and run this again",
      );
    }
    return {};
  },
};
