import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  cleanUpAfterEach,
  freePorts,
  onCleanup,
  startProcess,
  tempHome,
} from "../tests/harness/process.ts";
import { bootId, isAlive, processesOfHome } from "./proc.ts";
import type { ProcessSpec } from "./process.ts";
import { remove, start, status, stop } from "./supervisor.ts";

/** A server of 15 lines: counts its starts in data/, answers HTTP, has a child of its own. */
const SERVER = `
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { spawn } from "node:child_process";
const [port, mode] = process.argv.slice(2);
if (mode === "quiet") { appendFileSync("log/own.log", "port taken"); process.exit(1); }
if (mode === "fail") { console.error("no such thing as a free lunch"); process.exit(3); }
if (mode === "stubborn") process.on("SIGTERM", () => {});
appendFileSync("data/starts", "x");
spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
createServer((_, answer) => {
  answer.statusCode = mode === "red" ? 503 : 200;
  answer.end("starts " + readFileSync("data/starts", "utf8").length + " conf " + readFileSync("conf/a", "utf8"));
}).listen(Number(port), "127.0.0.1");
`;

async function serverSpec(change: Partial<ProcessSpec> = {}, mode = "ok"): Promise<ProcessSpec> {
  const home = join(await tempHome(), "server");
  await mkdir(home);
  await writeFile(join(home, "server.mjs"), SERVER);
  const [port = 0] = await freePorts(1);
  return {
    name: "test/server",
    home,
    argv: [process.execPath, join(home, "server.mjs"), String(port), mode],
    files: [{ path: "conf/a", content: "one" }],
    ports: { http: port },
    health: { kind: "http", url: `http://127.0.0.1:${port}/`, contains: "starts" },
    startTimeoutSeconds: 20,
    stopTimeoutSeconds: 2,
    ...change,
  };
}

const ask = async (spec: ProcessSpec) =>
  (await fetch(`http://127.0.0.1:${spec.ports["http"] ?? 0}/`)).text();

describe("a supervised process", () => {
  cleanUpAfterEach();

  test("starts, keeps its data over kill -9 and a restart, and counts its generation", async () => {
    const spec = await serverSpec();
    const first = await startProcess(spec);
    expect(first.record.bootId).toBe(bootId());
    expect(await ask(spec)).toBe("starts 1 conf one");
    expect(await start(spec)).toEqual(first.record); // Same spec: nothing happens.
    first.kill();
    await expect.poll(() => isAlive(first.record)).toBe(false);
    expect(await status(spec.home)).toMatchObject({ alive: false, dataPresent: true });
    const second = await start({
      ...spec,
      files: [
        { path: "conf/b/a", content: "" },
        { path: "conf/a", content: "two" },
      ],
    });
    expect(second.generation).toBe(2);
    expect(await ask(spec)).toBe("starts 2 conf two");
    await stop(spec.home);
    expect(processesOfHome(spec.home, second)).toEqual([]);
    expect((await status(spec.home)).alive).toBe(false);
  });

  test("refuses other settings on a live home", async () => {
    const spec = await serverSpec();
    const { record } = await startProcess(spec);
    await expect(start({ ...spec, env: { A: "1" } })).rejects.toThrow(
      /already runs in .* as process/,
    );
    expect(isAlive(record)).toBe(true);
  });

  test("two starters of one home at once: one process", async () => {
    const spec = await serverSpec();
    const [one, two] = await Promise.all([startProcess(spec), startProcess(spec)]);
    expect(one.record).toEqual(two.record);
    expect(await ask(spec)).toBe("starts 1 conf one");
  });

  test("names who holds its port, and touches nothing", async () => {
    const spec = await serverSpec();
    const server = createServer().listen(spec.ports["http"]);
    await once(server, "listening");
    onCleanup(() => void server.close());
    await expect(start(spec)).rejects.toThrow(new RegExp(`held by process ${process.pid} \\(`));
    expect(await status(spec.home)).toEqual({ alive: false, dataPresent: false });
  });

  test("a process that ends early fails at once with its last lines", async () => {
    const spec = await serverSpec({}, "fail");
    await expect(start(spec)).rejects.toThrow(/exit code 3[^]*no such thing as a free lunch/);
  });

  test("one that logs to a file of its own fails with the last lines of that", async () => {
    const spec = await serverSpec({}, "quiet");
    await expect(start(spec)).rejects.toThrow(/exit code 1[^]*own\.log:\nport taken/);
  });

  test("one that stays unhealthy is stopped again and says what was seen", async () => {
    const spec = await serverSpec({ startTimeoutSeconds: 2 }, "red");
    await expect(start(spec)).rejects.toThrow(/within 2 s: .* answers 503/);
    expect(processesOfHome(spec.home)).toEqual([]);
  });

  test("one that ignores its stop signal is killed", async () => {
    const spec = await serverSpec({}, "stubborn");
    const { record } = await startProcess(spec);
    await stop(spec);
    expect(isAlive(record)).toBe(false);
    expect(processesOfHome(spec.home, record)).toEqual([]);
  });

  test("data that is gone is an error, never an empty start", async () => {
    const spec = await serverSpec();
    await startProcess(spec);
    await stop(spec);
    await rm(join(spec.home, "data"), { recursive: true });
    await expect(start(spec)).rejects.toThrow(/data of test\/server is gone/);
    await rm(spec.home, { recursive: true });
    await expect(start(spec, { expectData: true })).rejects.toThrow(/data of test\/server is gone/);
  });

  test("initialisation that was killed half-way is done again", async () => {
    const spec = await serverSpec();
    const script = join(spec.home, "init.sh");
    await writeFile(
      script,
      "#!/bin/sh\nmkdir data && echo half >data/half && [ -e go ] || exit 4\nrm data/half; echo whole >data/whole\n",
    );
    await chmod(script, 0o755);
    const full = { ...spec, initialize: [[script]] };
    await expect(start(full)).rejects.toThrow(/could not make its data/);
    expect((await status(spec.home)).dataPresent).toBe(false);
    await writeFile(join(spec.home, "go"), "");
    await startProcess(full);
    expect(await readFile(join(spec.home, "data/whole"), "utf8")).toBe("whole\n");
    await expect(readFile(join(spec.home, "data/half"))).rejects.toThrow(/ENOENT/);
  });

  test("a process that no record knows (its starter was killed) is ended by the next start", async () => {
    const spec = await serverSpec();
    const orphan = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
      detached: true,
      env: { RECOVER_HOME: spec.home },
    });
    await startProcess(spec);
    await expect.poll(() => orphan.signalCode).toBe("SIGKILL");
  });

  test("remove keeps a folder that a stranger uses, and says who", async () => {
    const spec = await serverSpec();
    await startProcess(spec);
    const stranger = spawn("/bin/sleep", ["60"], { cwd: join(spec.home, "data") });
    onCleanup(() => void stranger.kill());
    await sleep(100);
    expect(await remove(spec.home)).toEqual([`${stranger.pid ?? 0} (/bin/sleep 60)`]);
    expect((await status(spec.home)).dataPresent).toBe(true);
    stranger.kill();
    await once(stranger, "exit");
    expect(await remove(spec.home)).toEqual([]);
    expect((await status(spec.home)).dataPresent).toBe(false);
  });
});
