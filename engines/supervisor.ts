import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../lib/user-error.ts";
import { waitUntilReady } from "./health.ts";
import {
  assertSpec,
  dataGone,
  environmentOf,
  hasData,
  initializeData,
  prepareFolders,
  readRun,
  renderFiles,
  specHash,
  writeRun,
} from "./home.ts";
import type { StoredRun } from "./home.ts";
import { withLock } from "./lock.ts";
import { assertPortsFree } from "./ports.ts";
import {
  bootId,
  describeProcess,
  isAlive,
  processesOfHome,
  processesUsing,
  readStat,
} from "./proc.ts";
import type { ProcessSpec, RunRecord } from "./process.ts";

export { specHash } from "./home.ts";

export interface ProcessStatus {
  /** The recorded process (pid and start time) runs and is no zombie. */
  readonly alive: boolean;
  /** Absent when nothing was ever started in this home, or the home is gone. */
  readonly record?: RunRecord;
  /** `data/` is there and was made completely. */
  readonly dataPresent: boolean;
}

export interface StartOptions {
  /** The caller knows that there was data: its absence is then an error. @default run.json tells */
  readonly expectData?: boolean;
  /** Ends initialisation and the wait for health; the process is stopped again. */
  readonly signal?: AbortSignal;
}

/** How long a second starter or stopper of one home waits for the first. */
const LOCK_SECONDS = 120;

/** What lives in a home, from /proc and its record alone; changes nothing. */
export async function status(home: string): Promise<ProcessStatus> {
  const [record, dataPresent] = await Promise.all([readRun(home), hasData(home)]);
  return { alive: record !== undefined && isAlive(record), dataPresent, ...(record && { record }) };
}

/**
 * Starts a process in a group of its own and returns when it is healthy. Already running with the
 * same spec: nothing happens.
 * @throws UserError when another spec runs in this home, a port is taken, data that was there is
 * gone, the process ends early (with the last lines of its log) or stays unhealthy.
 */
export async function start(spec: ProcessSpec, options: StartOptions = {}): Promise<RunRecord> {
  assertSpec(spec);
  return withLock(spec.home, LOCK_SECONDS, () => startLocked(spec, options));
}

/**
 * Stops what runs in the home and starts it with this spec; runs already with this very spec:
 * nothing happens. A spec that cannot start (a port that a stranger holds) stops nothing.
 * @throws UserError as `start` does.
 */
export async function restart(spec: ProcessSpec, options: StartOptions = {}): Promise<RunRecord> {
  assertSpec(spec);
  return withLock(spec.home, LOCK_SECONDS, async () => {
    const former = await readRun(spec.home);
    if (former && isAlive(former) && former.specHash !== specHash(spec)) {
      const ours = processesOfHome(spec.home, former).map((stat) => stat.pid);
      assertPortsFree(spec.name, spec.ports, new Set(ours));
      await stopLocked(spec.home, former);
    }
    return startLocked(spec, options);
  });
}

/**
 * Stops whatever process of this home runs: its stop signal to the main process, then SIGKILL to
 * everything that is left of it. Nothing runs: nothing happens. The data stays.
 */
export async function stop(target: string | ProcessSpec): Promise<void> {
  const home = typeof target === "string" ? target : target.home;
  return withLock(home, LOCK_SECONDS, async () => {
    await stopLocked(home, await readRun(home));
  });
}

/**
 * Stops the process and removes its home. Foreign live processes that have files of it open (a
 * process nobody recorded, a restored copy) keep the folder.
 * @returns the descriptions of those that kept it; empty when the folder is gone.
 */
export async function remove(home: string): Promise<string[]> {
  return withLock(home, LOCK_SECONDS, async () => {
    await stopLocked(home, await readRun(home));
    const strangers = processesUsing(home).filter((stat) => stat.pid !== process.pid);
    if (strangers.length === 0) await rm(home, { recursive: true, force: true, maxRetries: 3 });
    return strangers.map((stat) => describeProcess(stat.pid));
  });
}

async function startLocked(spec: ProcessSpec, options: StartOptions): Promise<RunRecord> {
  const { home, name } = spec;
  const hash = specHash(spec);
  const former = await readRun(home);
  const env = environmentOf(spec);
  if (former && isAlive(former)) {
    if (former.specHash !== hash) {
      throw new UserError(
        `${name} already runs in ${home} as process ${describeProcess(former.pid)}, with other ` +
          "settings. Stop it first: two processes on one data folder destroy it.",
      );
    }
    const ended = () => (isAlive(former) ? undefined : `${name} ended while it was starting.`);
    await waitUntilReady(spec, former, env, ended, options.signal);
    return former;
  }
  await stopLocked(home, former); // What a killed main process or a killed starter left behind.
  const dataPresent = await hasData(home);
  if (!dataPresent && (former !== undefined || options.expectData === true)) throw dataGone(spec);
  assertPortsFree(name, spec.ports);

  await prepareFolders(home);
  const log = openSync(logFile(spec), "a", 0o644);
  try {
    const logStart = fstatSync(log).size;
    await renderFiles(spec, "before data", former?.files);
    if (!dataPresent) await initializeData(spec, logFile(spec), options.signal);
    await renderFiles(spec, "data");
    return await launch(spec, { env, log, logStart, hash, former }, options.signal);
  } finally {
    closeSync(log);
  }
}

async function launch(
  spec: ProcessSpec,
  from: {
    readonly env: Record<string, string>;
    readonly log: number;
    readonly logStart: number;
    readonly hash: string;
    readonly former: StoredRun | undefined;
  },
  signal?: AbortSignal,
): Promise<RunRecord> {
  const { home, name, argv } = spec;
  const startedAt = new Date().toISOString();
  const child = spawn(argv[0] ?? "", argv.slice(1), {
    cwd: home,
    env: from.env,
    detached: true,
    stdio: ["ignore", from.log, from.log],
  });
  let ended: string | undefined;
  child.once("exit", (code, by) => {
    ended = `${name} ended before it was healthy (${by ?? `exit code ${code ?? "none"}`}).`;
  });
  try {
    await once(child, "spawn");
  } catch (error) {
    throw new UserError(
      `${name} cannot start: ${(error as Error).message}. Run "npm run setup" if its program is missing.`,
    );
  }
  child.unref();
  const pid = child.pid ?? 0;
  const run: StoredRun = {
    pid,
    // A process that has already been reaped has no start time: its record matches no process.
    startTicks: readStat(pid)?.startTicks ?? -1,
    bootId: bootId(),
    startedAt,
    generation: (from.former?.generation ?? 0) + 1,
    specHash: from.hash,
    name,
    stopSignal: spec.stopSignal ?? "SIGTERM",
    stopTimeoutSeconds: spec.stopTimeoutSeconds ?? 20,
    files: (spec.files ?? []).map((file) => file.path),
  };
  await writeRun(home, run);
  try {
    await waitUntilReady(spec, run, from.env, () => ended, signal);
  } catch (error) {
    await stopLocked(home, run);
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}\n${lastWords(spec, startedAt, from.logStart)}`);
  }
  return run;
}

async function stopLocked(home: string, run: StoredRun | undefined): Promise<void> {
  if (run && isAlive(run)) {
    signalProcess(run.pid, run.stopSignal);
    const deadline = Date.now() + run.stopTimeoutSeconds * 1000;
    while (isAlive(run) && Date.now() < deadline) await sleep(30);
  }
  // Children of a main process that ended by itself get a moment to follow it.
  const patience = run && isAlive(run) ? 0 : 500;
  const until = Date.now() + patience;
  let left = processesOfHome(home, run);
  while (left.length > 0) {
    if (Date.now() >= until) for (const stat of left) signalProcess(stat.pid, "SIGKILL");
    await sleep(30);
    left = processesOfHome(home, run);
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function logFile(spec: ProcessSpec): string {
  return join(spec.home, "log", `${spec.name.replaceAll("/", "-")}.log`);
}

/**
 * For messages: what a start left in its log, or, of an engine that logs to a file of its own, in the
 * newest of its logs.
 */
function lastWords(spec: ProcessSpec, startedAt: string, logStart: number): string {
  const folder = join(spec.home, "log");
  const own = logFile(spec);
  const others = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => path !== own)
    .map((path) => ({ path, from: 0, written: statSync(path).mtimeMs }))
    .filter(({ written }) => written >= Date.parse(startedAt))
    .sort((a, b) => b.written - a.written);
  for (const { path, from } of [{ path: own, from: logStart }, ...others]) {
    const tail = lastLines(path, from, 20);
    if (tail !== "") return `Last lines of ${path}:\n${tail}`;
  }
  return `It wrote no log (${folder}).`;
}

/** The last lines that were written to a log since `from` bytes; reads 64 KiB at most. */
function lastLines(path: string, from: number, count: number): string {
  const fd = openSync(path, "r");
  try {
    const size = fstatSync(fd).size;
    const position = Math.max(from, size - 65536);
    const buffer = Buffer.alloc(Math.max(0, size - position));
    const read = readSync(fd, buffer, 0, buffer.length, position);
    return buffer.toString("utf8", 0, read).trim().split("\n").slice(-count).join("\n");
  } finally {
    closeSync(fd);
  }
}
