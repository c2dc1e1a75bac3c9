import { existsSync, readFileSync } from "node:fs";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { HOME_MARKER, allProcesses, homeOfProcess, type ProcStat } from "../../engines/proc.ts";

/** A live process of an engine below a folder. */
export interface Found extends ProcStat {
  /** Its engine's folder. */
  readonly home: string;
}

/**
 * Every live process whose environment names a home at or below `folder`: only ours carry the
 * marker, so nobody else's process is ever touched.
 */
export function processesBelow(folder: string): Found[] {
  return allProcesses().flatMap((stat) => {
    const home = homeOfProcess(stat.pid);
    return home !== undefined && (home === folder || home.startsWith(`${folder}/`))
      ? [{ ...stat, home }]
      : [];
  });
}

export function signal(processes: readonly Found[], name: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

export interface Kill {
  /** Milliseconds since 1970: just before the first signal, and after the last of the first round. */
  readonly from: number;
  readonly to: number;
  readonly processes: number;
}

/** `kill -9` until nothing of the folders lives: a child may be born while we look. */
export async function killBelow(...folders: readonly string[]): Promise<Kill> {
  const killed = new Set<number>();
  let from = 0;
  let to = 0;
  for (let round = 0; round < 100; round++) {
    const alive = folders.flatMap(processesBelow);
    if (alive.length === 0) return { from, to, processes: killed.size };
    for (const { pid } of alive) killed.add(pid);
    const before = Date.now();
    signal(alive, "SIGKILL");
    if (round === 0) {
      from = before;
      to = Date.now();
    }
    await new Promise((done) => setTimeout(done, 30));
  }
  throw new Error(`processes of ${folders.join(", ")} survive SIGKILL`);
}

/** Removes a folder whose processes are dead. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Homes directly below a region whose folder name begins so, for example `kafka`. */
export async function homesOf(region: string, engine: string): Promise<string[]> {
  const names = await readdir(region);
  return names
    .filter((name) => name === engine || name.startsWith(`${engine}-`))
    .map((name) => join(region, name))
    .filter((home) => existsSync(join(home, "run.json")));
}

/**
 * Cuts a live process off from its supervisor: takes the home's marker out of its environment (in
 * its memory, where /proc reads it from) and hides its record. Nothing of ours finds it any more,
 * as if it ran on a machine that does not answer.
 *
 * @throws Error when the kernel forbids writing (`kernel.yama.ptrace_scope`)
 */
export async function cutOff(found: Found): Promise<void> {
  const stat = readFileSync(`/proc/${found.pid}/stat`, "utf8");
  // Fields 50 and 51 of proc(5): where the environment begins and ends; 48 counted after the name.
  const start = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[47]);
  const at = readFileSync(`/proc/${found.pid}/environ`).indexOf(`${HOME_MARKER}=`);
  if (at < 0) return;
  const memory = await open(`/proc/${found.pid}/mem`, "r+").catch((error: unknown) => {
    throw new Error(
      `cannot cut process ${found.pid} off (${String(error)}): this needs to write to a process of the ` +
        "same user. As root: `sysctl kernel.yama.ptrace_scope=0`, or run the drill as root.",
    );
  });
  try {
    await memory.write(Buffer.from("X"), 0, 1, start + at);
  } finally {
    await memory.close();
  }
}
