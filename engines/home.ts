import { createHash } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { execa } from "execa";
import { UserError } from "../lib/user-error.ts";
import { HOME_MARKER } from "./proc.ts";
import type { ProcessSpec, RenderedFile, RunRecord } from "./process.ts";

/** What `run.json` holds: the record, and what a stop needs when only the folder is known. */
export interface StoredRun extends RunRecord {
  readonly name: string;
  readonly stopSignal: NonNullable<ProcessSpec["stopSignal"]>;
  readonly stopTimeoutSeconds: number;
  /** Rendered files of this start: those that a later spec no longer has are removed. */
  readonly files: readonly string[];
}

const layout = {
  data: (home: string) => join(home, "data"),
  /** There while `data/` is being made: what it holds then is no data yet. */
  unfinished: (home: string) => join(home, "initializing"),
  record: (home: string) => join(home, "run.json"),
};

/** sha256 of what a running process depends on: `initialize` and `retainData` are not part of it. */
export function specHash(spec: ProcessSpec): string {
  const running = { ...spec, initialize: undefined, retainData: undefined };
  const text = JSON.stringify(sortKeys(running));
  return createHash("sha256").update(text).digest("hex");
}

/** Refuses a spec that cannot mean what it says, before anything is touched. */
export function assertSpec(spec: ProcessSpec): void {
  const refuse = (what: string): never => {
    throw new UserError(`${spec.name}: ${what}`);
  };
  if (!isAbsolute(spec.home)) refuse(`its home "${spec.home}" must be an absolute path.`);
  if (resolve(spec.home) !== spec.home || spec.home === "/") {
    refuse(`its home "${spec.home}" must be a plain path: write ${resolve(spec.home)}.`);
  }
  if (!spec.argv[0] || !isAbsolute(spec.argv[0])) {
    refuse(`its program "${spec.argv[0] ?? ""}" must be an absolute path.`);
  }
  const seen = new Map<number, string>();
  for (const [purpose, port] of Object.entries(spec.ports)) {
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      refuse(`its port ${purpose} is ${port}: a port is a whole number from 1 to 65535.`);
    }
    const other = seen.get(port);
    if (other !== undefined) refuse(`its ports ${other} and ${purpose} are both ${port}.`);
    seen.set(port, purpose);
  }
  for (const file of spec.files ?? []) {
    const inside = relative(spec.home, resolve(spec.home, file.path));
    if (isAbsolute(file.path) || inside === "" || inside.startsWith("..")) {
      refuse(`its file "${file.path}" must lie inside its home: give a path relative to it.`);
    }
  }
}

/** Why a process whose data was there is not started without it. */
export function dataGone(spec: ProcessSpec): UserError {
  return new UserError(
    `the data of ${spec.name} is gone: ${join(spec.home, "data")} was there and is not any more. ` +
      "It is not started empty, because that would look like a platform without any events. " +
      "ClickHouse, ZooKeeper and PostgreSQL are recovered in place: append the engine to the setting " +
      "recover:recoveries (README, recoveries in place) and run `pulumi up`. When the whole region is " +
      "lost, stand up the standby: `pulumi up --stack local-dr`. To begin with nothing on purpose: " +
      "`pulumi destroy`, `npm run purge`, `pulumi up`.",
  );
}

/** True when the home holds data: made completely, or put there by somebody else. */
export async function hasData(home: string): Promise<boolean> {
  return (await exists(layout.data(home))) && !(await exists(layout.unfinished(home)));
}

export async function readRun(home: string): Promise<StoredRun | undefined> {
  try {
    return JSON.parse(await readFile(layout.record(home), "utf8")) as StoredRun;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(
      `${layout.record(home)} cannot be read (${(error as Error).message}), so nobody knows which ` +
        "process runs there. Make sure that none does, then remove that file.",
    );
  }
}

export async function writeRun(home: string, run: StoredRun): Promise<void> {
  await writeFileAtomically(layout.record(home), `${JSON.stringify(run, null, 2)}\n`, 0o644);
}

/** The whole environment of a process of this home: nothing else leaks in. */
export function environmentOf(spec: ProcessSpec): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: spec.home,
    LANG: "C.UTF-8",
    TMPDIR: join(spec.home, "tmp"),
    ...spec.env,
    [HOME_MARKER]: spec.home,
  };
}

/** Folders of a home; `tmp/` is emptied, and open to the engine's own user. */
export async function prepareFolders(home: string): Promise<void> {
  await mkdir(join(home, "log"), { recursive: true });
  await rm(join(home, "tmp"), { recursive: true, force: true });
  await mkdir(join(home, "tmp"));
  await chmod(join(home, "tmp"), 0o1777);
}

/** Writes the rendered files, each in place atomically, and removes those of the last start. */
export async function renderFiles(
  spec: ProcessSpec,
  part: "before data" | "data",
  former: readonly string[] = [],
): Promise<void> {
  const inData = (path: string) => resolve(spec.home, path).startsWith(`${spec.home}/data/`);
  const files = spec.files ?? [];
  for (const file of files.filter((each) => inData(each.path) === (part === "data"))) {
    await renderFile(spec.home, file);
  }
  const kept = new Set(files.map((file) => file.path));
  for (const path of former) if (!kept.has(path)) await rm(join(spec.home, path), { force: true });
}

/**
 * Makes `data/` once. A marker lies beside it meanwhile: initialisation that was killed half-way
 * is thrown away and done again, and never taken for data.
 */
export async function initializeData(
  spec: ProcessSpec,
  logFile: string,
  signal?: AbortSignal,
): Promise<void> {
  const data = layout.data(spec.home);
  const unfinished = layout.unfinished(spec.home);
  await writeFileAtomically(unfinished, `${new Date().toISOString()}\n`, 0o644);
  await rm(data, { recursive: true, force: true });
  for (const [file, ...args] of spec.initialize ?? []) {
    if (file === undefined) throw new UserError(`${spec.name}: a command of initialize is empty.`);
    const result = await execa(file, args, {
      cwd: spec.home,
      env: environmentOf(spec),
      extendEnv: false,
      stdin: "ignore",
      stdout: ["pipe", { file: logFile, append: true }],
      stderr: ["pipe", { file: logFile, append: true }],
      reject: false,
      ...(signal && { cancelSignal: signal }),
    });
    signal?.throwIfAborted();
    if (result.failed) {
      const said = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-20).join("\n");
      throw new UserError(
        `${spec.name} could not make its data: ${file} failed ` +
          `(${result.originalMessage ?? `exit code ${result.exitCode ?? "none"}`}). Its last lines:\n${said}`,
      );
    }
  }
  await mkdir(data, { recursive: true });
  await rm(unfinished);
}

async function renderFile(home: string, file: RenderedFile): Promise<void> {
  const path = join(home, file.path);
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomically(path, file.content, file.mode ?? 0o600);
}

async function writeFileAtomically(path: string, content: string, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  const handle = await open(temporary, "w", mode);
  try {
    await handle.writeFile(content);
    await handle.chmod(mode); // The mode of open is cut by the umask.
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sortKeys(each)]),
  );
}
