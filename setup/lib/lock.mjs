import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "./problem.mjs";

/**
 * When a process started, in clock ticks since boot: a process id alone may have been given to another since.
 * @param {number} pid
 * @returns {string | undefined} nothing when no such process runs
 */
export function startTicks(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/**
 * @param {string} text content of a lock file
 * @returns {{ pid: number, ticks: string | undefined } | undefined} its holder when that still runs
 */
export function liveHolder(text) {
  const [pid = "", ticks] = text.trim().split(" ");
  const now = startTicks(Number(pid));
  if (now === undefined) return undefined;
  return ticks === undefined || ticks === now ? { pid: Number(pid), ticks } : undefined;
}

/**
 * Runs `work` while no other set-up does; waits for one that is under way.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (pid: number) => void, pollMs?: number, limitMs?: number }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(file, work, options = {}) {
  const { onWait, pollMs = 500, limitMs = 45 * 60_000 } = options;
  const mine = `${process.pid} ${startTicks(process.pid) ?? ""}\n`;
  const deadline = Date.now() + limitMs;
  let said = false;
  mkdirSync(path.dirname(file), { recursive: true });
  while (!tryTake(file, mine)) {
    const text = readOr(file, "");
    const holder = liveHolder(text);
    if (!holder) {
      removeStale(file, text);
      continue;
    }
    if (!said) {
      said = true;
      onWait?.(holder.pid);
    }
    if (Date.now() > deadline) {
      throw new Problem(
        "another set-up did not end",
        `process ${holder.pid} holds ${file} for longer than ${Math.round(limitMs / 60_000)} minutes`,
        `end that process, or remove ${file} when it is none of yours, and run this again`,
      );
    }
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    if (readOr(file, "") === mine) rmSync(file, { force: true });
  }
}

/**
 * A link creates the lock together with its content.
 * @param {string} file
 * @param {string} mine
 */
function tryTake(file, mine) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, mine);
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Of several that see a dead holder's lock, one rename wins; one that took a newer lock away puts it back.
 * @param {string} file
 * @param {string} seen
 */
function removeStale(file, seen) {
  const aside = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
    if (readOr(aside, "") !== seen) linkSync(aside, file);
  } catch {
    // Somebody else was faster.
  }
  rmSync(aside, { force: true });
}

/**
 * @param {string} file
 * @param {string} otherwise
 */
function readOr(file, otherwise) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}
