// node setup/run.mjs PROGRAM.ts [ARGUMENTS]: set-up first (silent when nothing is missing), then the
// program with the project's Node, its tools first on PATH. "node setup && node program" in one shell
// line is not enough: the shell remembers where it found the first, older `node`.
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadTools } from "./tools.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const installed = spawnSync(process.execPath, [path.join(here, "index.mjs"), "--quiet"], {
  stdio: ["ignore", "ignore", "inherit"],
});
if (installed.status !== 0) process.exit(installed.status ?? 1);

const tools = loadTools();
const folders = [path.dirname(tools.node), tools.binDir, process.env["PATH"] ?? ""];
const child = spawn(tools.node, process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, PATH: folders.join(path.delimiter) },
});
// A terminal sends its interrupt to both: the program decides. Others send it to this process only.
for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.once("error", (error) => {
  console.error(`cannot start ${tools.node}: ${error.message}`);
  process.exit(1);
});
child.once("exit", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
