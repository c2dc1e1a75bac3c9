import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allProcesses, isAlive, readStat } from "../engines/proc.ts";
import type { ProcessSpec, RunRecord } from "../engines/process.ts";
import { cleanUpAfterFile, freePorts, runCleanups, tempHome } from "../tests/harness/process.ts";
import { PulumiProject } from "../tests/harness/pulumi.ts";

cleanUpAfterFile();

/** Commands of the project under test. */
const commands = {
  echo: `
    import { z } from "zod";
    import { defineStandaloneCommand } from "../command.ts";
    export default defineStandaloneCommand({
      name: "echo", summary: "Says it again", params: z.object({ text: z.string() }),
      run: (_stack, { text }, context) => {
        context.warn("mind the echo");
        return Promise.resolve({ text, at: process.hrtime.bigint().toString() });
      },
    });`,
  refuse: `
    import { existsSync } from "node:fs";
    import { z } from "zod";
    import { defineStandaloneCommand, UserError } from "../command.ts";
    export default defineStandaloneCommand({
      name: "refuse", summary: "Refuses while a file is there", params: z.object({ file: z.string() }),
      run: (_stack, { file }) => {
        if (existsSync(file)) throw new UserError("stack other holds epoch 7.\\nTake over, or go away.");
        return Promise.resolve({ passed: true });
      },
    });`,
  slow: `
    import { writeFileSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    import { z } from "zod";
    import { defineStandaloneCommand } from "../command.ts";
    export default defineStandaloneCommand({
      name: "slow", summary: "Takes its time", params: z.object({ file: z.string() }),
      run: async (_stack, { file }, { signal, progress }) => {
        writeFileSync(file, String(process.pid));
        progress("working");
        await sleep(600_000, undefined, { signal });
      },
    });`,
};

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
    project = await PulumiProject.create(await tempHome(), commands);
  });
  afterAll(runCleanups);

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
        /data of test\/server is gone[^]*recover:recover[^]*state delete/,
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

describe("Step and Key", () => {
  let project: PulumiProject;
  let folder: string;
  beforeAll(async () => {
    folder = await tempHome();
    project = await PulumiProject.create(await tempHome(), commands);
  });
  afterAll(runCleanups);

  test("a step runs once, and again when its triggers change; its warnings are shown", async () => {
    const step = (trigger: number) =>
      project.write(
        `new Step("step", { command: "echo", params: { text: "hi" }, triggers: [${trigger}] });`,
      );
    await step(1);
    expect((await project.up()).text).toContain("mind the echo");
    const first = await project.outputs("step");
    expect(first["result"]).toMatchObject({ text: "hi" });
    expect(first["finishedAt"]).toMatch(/^\d{4}-.*Z$/);
    expect(await project.preview("--expect-no-changes")).toMatchObject({ exitCode: 0 });
    await step(2);
    expect((await project.up()).exitCode).toBe(0);
    expect((await project.outputs("step"))["result"]).not.toEqual(first["result"]);
  });

  test("a failing guard refuses the preview and the up with the command's own words", async () => {
    const file = join(folder, "fence");
    await project.write(
      `new Step("guard", { command: "refuse", params: { file: "${file}" }, guard: true });`,
    );
    await writeFile(file, "");
    const first = await project.preview();
    expect(first.exitCode).not.toBe(0);
    await rm(file);
    expect((await project.up()).exitCode).toBe(0);
    expect(await project.preview("--expect-no-changes")).toMatchObject({ exitCode: 0 });
    await writeFile(file, "");
    for (const refused of [first, await project.preview(), await project.up()]) {
      expect(refused.exitCode).not.toBe(0);
      expect(refused.text).toMatch(
        /error: .*stack other holds epoch 7\.\s+Take over, or go away\./,
      );
      expect(refused.text).not.toMatch(/at .*\.ts:\d+/);
    }
    await rm(file);
  });

  test("an unknown command or a wrong input is refused before anything runs", async () => {
    await project.write(`new Step("step", { command: "ecko" } as never);`);
    expect((await project.preview()).text).toContain("there is no scripts/commands/ecko.ts");
    await project.write(`new Step("step", { command: "echo", parms: {} } as never);`);
    expect((await project.preview()).text).toContain("not an input of a Step");
    await project.write(`new Step("step", { command: "echo", params: { text: 5 } });`);
    expect((await project.up()).text).toMatch(/--text: Invalid input: expected string/);
  });

  test.each([
    ["cancelled", "SIGINT"],
    ["killed", "SIGKILL"],
  ] as const)("an up that is %s ends the step that it ran", async (_how, signal) => {
    const file = join(folder, `slow-${signal}`);
    await project.write(
      `new Step("slow-${signal}", { command: "slow", params: { file: "${file}" } });`,
    );
    const up = project.spawn(["up", "--yes", "--skip-preview", "--stack", "test"]);
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    await sleep(500);
    const pid = Number(await readFile(file, "utf8"));
    expect(readStat(pid)?.state).toBeDefined();
    up.kill(signal);
    await up;
    const runs = () => allProcesses().some((each) => each.pid === pid);
    await expect.poll(runs, { timeout: 20_000 }).toBe(false);
    // The lock of an engine that was killed stays behind; nothing runs there any more.
    await project.run(["cancel", "--yes"]);
  });

  test("keys stay the same, and their secrets are not in the exported state", async () => {
    await project.write(`
      const password = new Key("password", { kind: "password" });
      const ca = new Key("ca", { kind: "ca", commonName: "test" });
      const leaf = new Key("leaf", {
        kind: "certificate", commonName: "leaf", caCertificate: ca.certificate,
        caPrivateKey: ca.privateKey, hosts: ["localhost"],
      });
      new Step("secret", {
        command: "echo", params: { text: password.value }, secretResult: true,
      });
      export const value = password.value;
      export const key = leaf.privateKey;
    `);
    const output = async (name: string) =>
      (await project.run(["stack", "output", name, "--show-secrets"])).text.trim();
    const up = await project.up();
    expect(up.exitCode).toBe(0);
    const first = { value: await output("value"), key: await output("key") };
    expect(first.value).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(first.key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(await project.preview("--expect-no-changes")).toMatchObject({ exitCode: 0 });
    expect((await project.refresh()).exitCode).toBe(0);
    expect((await project.up()).exitCode).toBe(0);
    expect({ value: await output("value"), key: await output("key") }).toEqual(first);
    const state = await project.export();
    for (const text of [up.text, state]) {
      expect(text).not.toContain(first.value);
      expect(text).not.toContain("PRIVATE KEY");
    }
  });
});
