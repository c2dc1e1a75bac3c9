import { spawnSync } from "node:child_process";
import { chownSync, existsSync, readFileSync, readdirSync, lstatSync } from "node:fs";
import path from "node:path";
import { loadTools } from "./tools.mjs";

/**
 * PostgreSQL refuses to run as root. Preferred is a user namespace: the process says that it is user
 * 1000 and has no rights of root, while files stay root's, so that folders which others cannot enter
 * work as well and nothing needs a chown. Where namespaces are forbidden (some containers) it
 * becomes a real other user, and its folders must be given to that one: `giveToNonRoot`.
 */
const namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"];

/**
 * The argument vector with which a program runs as somebody who is not root.
 * @param {readonly string[]} argv
 * @returns {string[]}
 */
export function asNonRoot(argv) {
  return process.geteuid?.() === 0 ? [...loadTools().asNonRoot, ...argv] : [...argv];
}

/**
 * Gives a folder and what is in it to the user that `asNonRoot` runs as. Does nothing where that is not needed.
 * @param {string} folder
 */
export function giveToNonRoot(folder) {
  if (process.geteuid?.() !== 0) return;
  const owner = ownerOf(loadTools().asNonRoot);
  if (owner) give(folder, owner);
}

/**
 * @param {readonly string[]} prefix
 * @returns {{ uid: number, gid: number } | undefined}
 */
function ownerOf(prefix) {
  const number = (/** @type {string} */ name) =>
    prefix.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const [uid, gid] = [number("--reuid"), number("--regid")];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/**
 * @param {string} place
 * @param {{ uid: number, gid: number }} owner
 */
function give(place, owner) {
  const status = lstatSync(place);
  if (status.isSymbolicLink()) return;
  chownSync(place, owner.uid, owner.gid);
  if (!status.isDirectory()) return;
  for (const name of readdirSync(place)) give(path.join(place, name), owner);
}

/**
 * Set-up's part: the first prefix with which `program` can be read and the user is not root.
 * @param {string} program
 * @param {string[][]} [candidates]
 * @returns {string[] | undefined} nothing when none works
 */
export function findNonRoot(program, candidates = nonRootCandidates()) {
  if (process.geteuid?.() !== 0) return [];
  return candidates.find((prefix) => {
    const [command = "", ...rest] = prefix;
    const script = 'test "$(id -u)" -ne 0 && test -r "$1" && test -x "$1"';
    return spawnSync(command, [...rest, "sh", "-c", script, "sh", program]).status === 0;
  });
}

/** @returns {string[][]} */
export function nonRootCandidates() {
  const accounts = existsSync("/etc/passwd") ? readFileSync("/etc/passwd", "utf8") : "";
  const users = ["postgres", "nobody"].flatMap((name) => {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m").exec(accounts) ?? [];
    return uid && gid && uid !== "0" ? [{ uid, gid }] : [];
  });
  return [
    namespace,
    ...users.map(({ uid, gid }) => [
      ...["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--no-new-privs", "--"],
    ]),
  ];
}
