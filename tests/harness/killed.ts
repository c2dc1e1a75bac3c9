import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onCleanup, tempHome } from "./process.ts";

/**
 * Runs a module's text in a process of its own that the failpoint kills.
 * @throws Error when it ended in another way, or never came to that point
 */
export async function killedAt(point: string, source: string): Promise<void> {
  const home = await tempHome("recover-killed");
  await writeFile(join(home, point), "");
  const script = join(home, "run.ts");
  await writeFile(script, source);
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, RECOVER_FAILPOINTS: home },
    stdio: ["ignore", "inherit", "inherit"],
  });
  onCleanup(() => void child.kill("SIGKILL"));
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  if (signal !== "SIGKILL" || !existsSync(join(home, `${point}.reached`))) {
    throw new Error(`the process was to be killed at ${point}, but ended with ${signal ?? code}`);
  }
}

/** What a killed command reports to. */
export const SILENT_CONTEXT =
  "{ signal: new AbortController().signal, ready() {}, progress() {}, warn() {} }";
