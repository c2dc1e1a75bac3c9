import { readFileSync } from "node:fs";
import { UserError } from "../lib/user-error.ts";
import { allProcesses, describeProcess, openFiles } from "./proc.ts";

/** Inodes of the sockets that listen on a TCP port, on any address, IPv4 or IPv6. */
export function listenerInodes(port: number): Set<string> {
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const inode of parseListeners(readTable(table), port)) inodes.add(inode);
  }
  return inodes;
}

/** The rows of /proc/net/tcp (proc_net_tcp.txt of the kernel) in state LISTEN (0A) on `port`. */
export function parseListeners(table: string, port: number): string[] {
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((f) => f[3] === "0A" && parseInt(f[1]?.split(":")[1] ?? "", 16) === port)
    .flatMap((f) => f[9] ?? []);
}

/**
 * Processes that hold a listening socket of `port`. Empty when nobody listens; `undefined` when
 * somebody does whose descriptors this user may not read.
 */
export function listenersOf(port: number): number[] | undefined {
  const inodes = listenerInodes(port);
  if (inodes.size === 0) return [];
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const pids = allProcesses()
    .filter((stat) => openFiles(stat.pid).some((target) => wanted.has(target)))
    .map((stat) => stat.pid);
  return pids.length > 0 ? pids : undefined;
}

/**
 * Refuses, by port, pid and command line, when anybody already listens on one of the ports.
 * @param ours processes that may, because they are stopped first.
 */
export function assertPortsFree(
  name: string,
  ports: Readonly<Record<string, number>>,
  ours: ReadonlySet<number> = new Set(),
): void {
  for (const [purpose, port] of Object.entries(ports)) {
    const holders = listenersOf(port);
    if (holders?.every((pid) => ours.has(pid))) continue;
    throw new UserError(
      `${name} cannot start: its port ${port} (${purpose}) is held by process ` +
        `${describeHolders(holders)}. Stop that process, or give this one other ports.`,
    );
  }
}

/** For messages: the processes, or that they are another user's. */
export function describeHolders(holders: readonly number[] | undefined): string {
  return holders?.map(describeProcess).join(", ") ?? "of another user (not readable from here)";
}

function readTable(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // No IPv6 on this machine.
  }
}
