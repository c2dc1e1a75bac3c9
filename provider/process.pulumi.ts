import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { isAlive } from "../engines/proc.ts";
import type { ProcessSpec, RunRecord } from "../engines/process.ts";
import { cleanUpAfterFile, freePorts, tempHome } from "../tests/harness/process.ts";
import { PulumiProject } from "../tests/harness/pulumi.ts";

cleanUpAfterFile();

const server = `
import { appendFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
const [port] = process.argv.slice(2);
appendFileSync("data/starts", "x");
createServer((_, answer) => answer.end(readFileSync("data/starts", "utf8") + process.env.GREETING))
  .listen(Number(port), "127.0.0.1");
`;

const program = (spec: ProcessSpec, name = "server") =>
  `new Process("${name}", ${JSON.stringify(spec)});\n`;

async function recordOf(home: string): Promise<RunRecord> {
  return JSON.parse(await readFile(join(home, "run.json"), "utf8")) as RunRecord;
}

async function makeSpec(): Promise<ProcessSpec> {
  const folder = await tempHome();
  await writeFile(join(folder, "server.mjs"), server);
  const [port = 0] = await freePorts(1);
  return {
    name: "test/server",
    home: join(folder, "server"),
    argv: [process.execPath, join(folder, "server.mjs"), String(port)],
    env: { GREETING: "hello" },
    ports: { http: port },
    health: { kind: "tcp", port },
    startTimeoutSeconds: 30,
  };
}

const ask = async (spec: ProcessSpec) =>
  (await fetch(`http://127.0.0.1:${spec.ports["http"] ?? 0}/`)).text();

describe("Process", () => {
  let project: PulumiProject;
  let spec: ProcessSpec;
  beforeAll(async () => {
    spec = await makeSpec();
    project = await PulumiProject.create(await tempHome());
  });

  test("up starts it, and then there is nothing to do", async () => {
    await project.write(program(spec));
    expect((await project.preview()).text).toContain("Process server create");
    expect(existsSync(spec.home)).toBe(false); // A preview touches nothing.
    expect(await project.up()).toMatchObject({ exitCode: 0 });
    expect(await ask(spec)).toBe("xhello");
    expect(await project.outputs("server")).toMatchObject({ alive: true, generation: 1 });
    expect(await project.preview("--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });

  test("killed: a preview shows it, a refresh reports it, up restarts it with its data", async () => {
    process.kill((await recordOf(spec.home)).pid, "SIGKILL");
    await sleep(200);
    expect((await project.preview()).text).toMatch(/server update.*alive/);
    expect((await project.refresh()).exitCode).toBe(0);
    expect(await project.outputs("server")).toMatchObject({ alive: false, generation: 1 });
    expect((await project.up()).exitCode).toBe(0);
    expect(await ask(spec)).toBe("xxhello");
    expect(await project.outputs("server")).toMatchObject({ alive: true, generation: 2 });
    expect(await project.preview("--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });

  test("changed settings restart it; those it does not notice do not", async () => {
    await project.write(program({ ...spec, env: { GREETING: "good day" } }));
    expect((await project.up()).exitCode).toBe(0);
    expect(await ask(spec)).toBe("xxxgood day");
    spec = { ...spec, env: { GREETING: "good day" } };
    await project.write(program({ ...spec, retainData: true }));
    expect((await project.up()).text).toContain("~ 1 updated");
    expect(await ask(spec)).toBe("xxxgood day");
    await project.write(program(spec));
    expect((await project.up()).exitCode).toBe(0);
  });

  test("bad settings change nothing, and say which one", async () => {
    await project.write(program({ ...spec, argv: ["node"], ports: { http: 70000 } }));
    const bad = await project.up();
    expect(bad.exitCode).not.toBe(0);
    expect(bad.text).toMatch(/must be an absolute path/);
    expect(await ask(spec)).toBe("xxxgood day");
  });

  test("another process of one folder is left alone, also by a destroy", async () => {
    await project.write(program(spec));
    const stored = await readFile(join(spec.home, "run.json"), "utf8");
    const foreign = { ...(JSON.parse(stored) as RunRecord), specHash: "other" };
    await writeFile(join(spec.home, "run.json"), JSON.stringify(foreign));
    const destroyed = await project.destroy();
    expect(destroyed.text).toMatch(/warning: .* is left as it is/);
    expect(await ask(spec)).toBe("xxxgood day");
    await writeFile(join(spec.home, "run.json"), stored);
    // What is there with the same settings is taken up again, not started anew.
    expect((await project.up()).exitCode).toBe(0);
    expect(await ask(spec)).toBe("xxxgood day");
  });

  test("data that is gone refuses preview and up, and names the ways on", async () => {
    const { pid } = await recordOf(spec.home);
    process.kill(pid, "SIGKILL");
    await sleep(200);
    await rm(spec.home, { recursive: true });
    for (const refused of [await project.preview(), await project.up()]) {
      expect(refused.exitCode).not.toBe(0);
      expect(refused.text).toMatch(
        /data of test\/server is gone[^]*recover:recoveries[^]*pulumi destroy/,
      );
    }
    expect(existsSync(spec.home)).toBe(false);
    const refreshed = await project.refresh(); // It tells, and forgets nothing.
    expect(refreshed).toMatchObject({ exitCode: 0 });
    expect(refreshed.text).toMatch(/warning: .*data of test\/server is gone/);
    expect(await project.outputs("server")).toMatchObject({ alive: false });
    expect((await project.destroy()).exitCode).toBe(0);
  });

  test("destroy leaves nothing, or with retainData the data alone", async () => {
    const kept = { ...spec, retainData: true };
    await project.write(program(kept));
    expect((await project.up()).exitCode).toBe(0);
    const record = await recordOf(spec.home);
    expect((await project.destroy()).text).toContain(`is kept in ${spec.home}`);
    expect(isAlive(record)).toBe(false);
    expect(await readFile(join(spec.home, "data/starts"), "utf8")).toBe("x");
    await project.write(program(spec));
    expect((await project.up()).exitCode).toBe(0);
    expect(await ask(spec)).toBe("xxgood day");
    const again = await recordOf(spec.home);
    expect((await project.destroy()).exitCode).toBe(0);
    expect(isAlive(again)).toBe(false);
    expect(existsSync(spec.home)).toBe(false);
  });

  test("one that never became healthy is remembered, and a better spec brings it up", async () => {
    const [wrong = 0] = await freePorts(1);
    const health = { kind: "tcp", port: wrong } as const;
    await project.write(program({ ...spec, health, startTimeoutSeconds: 2 }));
    const failed = await project.up();
    expect(failed.text).toMatch(/did not become healthy within 2 s: .*ECONNREFUSED/);
    expect(await project.outputs("server")).toMatchObject({ alive: false });
    await project.write(program(spec));
    expect((await project.up()).exitCode).toBe(0);
    expect(await ask(spec)).toContain("good day");
    expect((await project.destroy()).exitCode).toBe(0);
    expect(existsSync(spec.home)).toBe(false);
  });
});
