import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";

/** Peak memory of one of our own programs over a drill. */
export interface PeakMemory {
  /** A command of the CLI, a producer, the provider, or the drill itself. */
  readonly program: string;
  /** Resident set at its largest, 10⁶ bytes; of several processes of one program the largest. */
  readonly megabytes: number;
}

const everyMilliseconds = 1000;

/**
 * Looks once a second how large the drill's own processes are: `VmHWM` of proc(5) is a peak, so only
 * what a process takes in its last second can be missed. Engines, their hosts and Pulumi are not
 * ours: they are left out.
 */
export class MemoryWatch {
  readonly #peaks = new Map<string, number>();
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;

  /** @param folder the drill's own: it is named in the environment of whatever belongs to it */
  constructor(folder: string) {
    this.#folder = folder;
    this.#timer = setInterval(() => {
      this.#look();
    }, everyMilliseconds);
    this.#timer.unref();
  }

  /** Largest first. */
  stop(): PeakMemory[] {
    clearInterval(this.#timer);
    this.#look();
    return [...this.#peaks]
      .map(([program, bytes]) => ({ program, megabytes: Math.round(bytes / 1e6) }))
      .sort((a, b) => b.megabytes - a.megabytes);
  }

  #look(): void {
    for (const entry of readdirSync("/proc")) {
      const pid = Number(entry);
      if (!Number.isInteger(pid)) continue;
      const program = pid === process.pid ? "drill" : programOf(read(pid, "cmdline").split("\0"));
      if (program === undefined) continue;
      const status = read(pid, "status");
      const ours =
        pid === process.pid ||
        Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === process.pid ||
        read(pid, "environ").includes(this.#folder);
      const bytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
      if (ours) this.#peaks.set(program, Math.max(bytes, this.#peaks.get(program) ?? 0));
    }
  }
}

/**
 * The name of one of our own programs by its command line; undefined for all others.
 *
 * @param words program and arguments, for example `["node", "/…/scripts/cli.ts", "archive"]`
 */
export function programOf(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word.endsWith(".ts"));
  const script = words[at];
  if (script === undefined) return undefined;
  if (script.endsWith("scripts/cli.ts")) return words[at + 1];
  if (script.endsWith("provider/main.ts")) return "provider";
  return script.includes("tests/drill/") ? basename(script, ".ts") : undefined;
}

/** Empty when the process is gone or another user's. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
