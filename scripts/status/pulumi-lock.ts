import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { readStat } from "../../engines/proc.ts";

/** Pulumi's lock of a stack in a backend of files (pulumi/pkg, backend/diy/lock.go). */
const content = z.object({
  pid: z.int(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

export interface StackLock {
  readonly path: string;
  readonly holder: z.infer<typeof content>;
  /** `elsewhere`: on another machine, whose processes cannot be seen from here. */
  readonly state: "dead" | "alive" | "elsewhere";
}

/**
 * Folder of a backend of files, by the URL that `pulumi whoami` prints; undefined for any other
 * backend: that one looks after its locks itself.
 */
export function backendFolder(url: string, project: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const path = decodeURIComponent(url.slice("file://".length).split("?")[0] ?? "");
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
  return resolve(project, path);
}

/** Every lock of a stack, whichever project's name it lies under. */
export function findLocks(backend: string, stack: string): StackLock[] {
  const root = join(backend, ".pulumi", "locks");
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json") && basename(dirname(name)) === stack)
    .flatMap((name) => {
      const path = join(root, name);
      const holder = content.safeParse(JSON.parse(readFileSync(path, "utf8")));
      return holder.success ? [{ path, holder: holder.data, state: stateOf(holder.data) }] : [];
    });
}

function stateOf(holder: z.infer<typeof content>): StackLock["state"] {
  if (holder.hostname !== hostname()) return "elsewhere";
  const started = startedAt(holder.pid);
  // A process that began after the lock was made got the number of a dead one.
  return started === undefined || started > Date.parse(holder.timestamp) + 5000 ? "dead" : "alive";
}

/** Clock ticks a second in /proc/PID/stat: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

function startedAt(pid: number): number | undefined {
  const stat = readStat(pid);
  if (stat === undefined || stat.state === "Z" || stat.state === "X") return undefined;
  const boot = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1];
  return (Number(boot ?? 0) + stat.startTicks / ticksPerSecond) * 1000;
}
