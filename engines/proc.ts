import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * What /proc tells about processes (Linux, proc(5)). Reads are synchronous: each is a few
 * microseconds of kernel memory, and a process table that changes between awaits is a lie.
 */
export interface ProcStat {
  readonly pid: number;
  readonly state: string;
  /** Threads that are left; a leader may be a zombie while others still hold files and sockets. */
  readonly threads: number;
  readonly group: number;
  readonly session: number;
  /** Field 22, clock ticks since boot: tells a reused pid from the process it was. */
  readonly startTicks: number;
}

/**
 * What a stored record keeps to know its process again. Pids and start times begin anew at every boot:
 * on another boot, or without its id, they name a stranger.
 */
export interface ProcessRecord {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId?: string | undefined;
}

/** Random id of this boot of the machine. */
export function bootId(): string {
  const id = read("/proc/sys/kernel/random/boot_id")?.trim();
  if (id === undefined) throw new Error("/proc/sys/kernel/random/boot_id cannot be read");
  return id;
}

/** The environment variable by which every process of a home can be found again. */
export const HOME_MARKER = "RECOVER_HOME";

/** Undefined when there is no such process. */
export function readStat(pid: number): ProcStat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The command name is in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const number = (index: number) => Number(fields[index]);
  return {
    pid,
    state: fields[0] ?? "X",
    group: number(2),
    session: number(3),
    threads: number(17),
    startTicks: number(19),
  };
}

/** True until the last thread is gone: only then are its files and sockets closed. */
export function isRunning({ state, threads }: Pick<ProcStat, "state" | "threads">): boolean {
  return (state !== "Z" && state !== "X") || threads > 1;
}

/** True when this very process (pid and start time, and boot where the record tells it) still runs. */
export function isAlive(record: ProcessRecord): boolean {
  if (record.bootId !== undefined && record.bootId !== bootId()) return false;
  const stat = readStat(record.pid);
  return stat?.startTicks === record.startTicks && isRunning(stat);
}

/** Every process that runs, zombies left out. */
export function allProcesses(): ProcStat[] {
  const found: ProcStat[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readStat(Number(entry));
    if (stat && isRunning(stat)) found.push(stat);
  }
  return found;
}

/**
 * Every live process that belongs to a home: the session that its recorded main process leads or
 * led, and any process that carries the home's marker in its environment (this finds those of a
 * starter that was killed before it could write its record). Of a record of another boot, or of one
 * that does not tell its boot, only the marker counts: whoever is found here may be killed.
 */
export function processesOfHome(home: string, record?: ProcessRecord): ProcStat[] {
  const leader = record && readStat(record.pid);
  // A pid is not given out again while its session lives, so a leader with another start time
  // means that the session is somebody else's.
  const sessionIsOurs =
    record?.bootId === bootId() && (!leader || leader.startTicks === record.startTicks);
  const marker = `${HOME_MARKER}=${home}`;
  return allProcesses().filter(
    (stat) =>
      (sessionIsOurs && stat.session === record.pid && stat.startTicks >= record.startTicks) ||
      (read(`/proc/${stat.pid}/environ`)?.split("\0").includes(marker) ?? false),
  );
}

/** The home that a process's environment names; undefined when it is none of ours, or another user's. */
export function homeOfProcess(pid: number): string | undefined {
  return read(`/proc/${pid}/environ`)
    ?.split("\0")
    .find((entry) => entry.startsWith(`${HOME_MARKER}=`))
    ?.slice(HOME_MARKER.length + 1);
}

/** Live processes that have a file below `folder` open, or stand in it. */
export function processesUsing(folder: string): ProcStat[] {
  const inside = (path: string | undefined) =>
    path !== undefined && (path === folder || path.startsWith(`${folder}/`));
  return allProcesses().filter(
    (stat) => inside(link(`/proc/${stat.pid}/cwd`)) || openFiles(stat.pid).some(inside),
  );
}

/** Targets of a process's open file descriptors; empty when it is gone or another user's. */
export function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => link(`/proc/${pid}/fd/${fd}`) ?? []);
  } catch {
    return [];
  }
}

/** For messages: `123 (java -cp …)`, at most 160 characters of the command line. */
export function describeProcess(pid: number): string {
  const words = read(`/proc/${pid}/cmdline`)?.split("\0").join(" ").trim() ?? "";
  const short = words.length > 160 ? `${words.slice(0, 159)}…` : words;
  return `${pid} (${short === "" ? "command line not readable" : short})`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
