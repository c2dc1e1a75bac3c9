import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { allProcesses, readStat } from "../engines/proc.ts";
import { cleanUpAfterFile, tempHome } from "../tests/harness/process.ts";
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

describe("Step and Key", () => {
  let project: PulumiProject;
  let folder: string;
  beforeAll(async () => {
    folder = await tempHome();
    project = await PulumiProject.create(await tempHome(), commands);
  });

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

  test("a guard of what is done once refuses until it is done, and no later update", async () => {
    const file = join(folder, "backup");
    await project.write(
      `new Step("once", { command: "refuse", params: { file: "${file}" }, guard: true, once: true });`,
    );
    await writeFile(file, "");
    expect((await project.preview()).exitCode).not.toBe(0);
    await rm(file);
    expect((await project.up()).exitCode).toBe(0);
    await writeFile(file, "");
    expect(await project.preview("--expect-no-changes")).toMatchObject({ exitCode: 0 });
    expect((await project.up()).exitCode).toBe(0);
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
