import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { logDir } from "./paths.mjs";
import { Problem } from "./problem.mjs";

/** @typedef {{ code: number | null, signal: string | null, error?: Error }} End */

/**
 * @typedef {object} RunOptions
 * @property {string} log name of the log file, without its ending
 * @property {string} what the step, for the message when it fails
 * @property {string} [todo] what to do when it fails
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] added to this process's
 * @property {boolean} [gentle] leave the processor to others
 * @property {number} [timeoutMs]
 */

/**
 * Runs a program without input, its output in a log file; a failure shows the end of that.
 * @param {string[]} argv
 * @param {RunOptions} options
 * @returns {Promise<void>}
 */
export async function run(argv, options) {
  const [program = "", ...args] = argv;
  mkdirSync(logDir, { recursive: true });
  const logFile = path.join(logDir, `${options.log}.log`);
  const log = openSync(logFile, "a");
  writeSync(log, `\n$ ${argv.join(" ")}\n`);
  /** @type {End} */
  const end = await new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", log, log],
      // Its own group: a time-out or an interrupt ends what it started too.
      detached: true,
    });
    const endGroup = (/** @type {NodeJS.Signals} */ signal) => {
      try {
        if (child.pid) process.kill(-child.pid, signal);
      } catch {
        // It has ended.
      }
    };
    const onExit = () => endGroup("SIGTERM");
    process.once("exit", onExit);
    const timer = options.timeoutMs && setTimeout(() => endGroup("SIGKILL"), options.timeoutMs);
    const finish = (/** @type {End} */ result) => {
      clearTimeout(timer || undefined);
      process.off("exit", onExit);
      resolve(result);
    };
    if (options.gentle && child.pid) setPriority(child.pid, 10);
    child.once("error", (error) => finish({ code: null, signal: null, error }));
    child.once("close", (code, signal) => finish({ code, signal }));
  });
  closeSync(log);
  if (end.code === 0) return;
  const reason =
    end.error?.message ??
    (end.signal
      ? `it was ended by ${end.signal}${options.timeoutMs ? " (time limit)" : ""}`
      : `exit code ${end.code}`);
  throw new Problem(
    `${options.what} failed`,
    `${program} ${args.slice(0, 3).join(" ")}: ${reason}\n${lastLines(logFile, 12)}`,
    options.todo ?? `read ${logFile}, then run this again; finished pieces are kept`,
  );
}

/**
 * @param {number} pid
 * @param {number} priority
 */
function setPriority(pid, priority) {
  try {
    os.setPriority(pid, priority);
  } catch {
    // Only a courtesy.
  }
}

/**
 * @param {string} file
 * @param {number} count
 */
function lastLines(file, count) {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-count);
  return lines.map((text) => `       | ${text}`).join("\n");
}
