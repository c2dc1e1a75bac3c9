import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { policyPackIn } from "../tests/harness/policy-pack.ts";
import { pulumiEnv } from "../tests/harness/pulumi.ts";

/**
 * The pack on Pulumi's own engine. Real AWS plugins are not needed: a component that carries a resource's
 * type is judged as that resource. What this does not prove: what the AWS provider answers in a preview.
 */
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "policies-engine-"));
const project = join(folder, "project");
let pack: string[];

const program = (options: string) => `
import * as pulumi from "@pulumi/pulumi";
class Bucket extends pulumi.ComponentResource {
  constructor(name, outputs, opts) {
    super("aws:s3/bucket:Bucket", name, {}, opts);
    this.registerOutputs(outputs);
  }
}
new Bucket("events", { forceDestroy: false }, ${options});
`;

async function pulumi(args: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, all } = await execa(
    "pulumi",
    [...args, "--non-interactive", "--color", "never"],
    {
      cwd: project,
      reject: false,
      all: true,
      stdin: "ignore",
      env: { ...pulumiEnv(folder), ...env },
    },
  );
  return { exitCode, text: all };
}
const withPack = (command: string, ...more: string[]) => [
  command,
  "--stack",
  "prod",
  ...pack,
  ...more,
];

beforeAll(async () => {
  for (const each of [project, join(folder, "state")]) mkdirSync(each);
  for (const each of [project, folder])
    symlinkSync(join(root, "node_modules"), join(each, "node_modules"));
  pack = await policyPackIn(folder);
  writeFileSync(
    join(project, "Pulumi.yaml"),
    "name: platform\nruntime: {name: nodejs, options: {typescript: false}}\nmain: index.mjs\n",
  );
  await pulumi(["stack", "init", "prod"]);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the pack on the engine", () => {
  test("a mandatory violation stops the preview, with its message", async () => {
    writeFileSync(join(project, "index.mjs"), program("{}"));
    const { exitCode, text } = await pulumi(withPack("preview"));
    expect(text).toContain("[mandatory] [severity: high]  dr-protected  (aws:s3:Bucket: events)");
    expect(text).toContain("Bucket events holds data and is not protected: set `protect: true`");
    expect(exitCode).not.toBe(0);
  });

  test("levels, objectives and suppressions of the settings file count", async () => {
    const settings = join(folder, "settings.json");
    writeFileSync(
      settings,
      JSON.stringify({
        stacks: { prod: { all: "advisory", rules: { "s3-versioned": "mandatory" } } },
        suppressions: [
          {
            rule: "s3-versioned",
            resource: "events",
            reason: "only for the test of the pack",
            expires: "2999-01-01",
          },
        ],
      }),
    );
    const { exitCode, text } = await pulumi(withPack("preview"), {
      RECOVER_POLICY_CONFIG: settings,
    });
    expect(exitCode, text).toBe(0);
    expect(text).toContain("[advisory] [severity: high]  dr-protected");
    expect(text).not.toContain("versioning of Bucket events is not set");
    expect(text).toMatch(/s3-versioned +events +used, until 2999-01-01/);
  });

  test("a settings file with a mistake stops it, by its place", async () => {
    const settings = join(folder, "bad.json");
    writeFileSync(settings, JSON.stringify({ rules: { nope: "advisory" } }));
    const { exitCode, text } = await pulumi(withPack("preview"), {
      RECOVER_POLICY_CONFIG: settings,
    });
    expect(exitCode).not.toBe(0);
    expect(text).toContain("rules.nope: there is no such rule");
  });

  test("an update goes through when only Pulumi's own pack configuration says so", async () => {
    const file = join(folder, "pack-config.json");
    writeFileSync(file, JSON.stringify({ all: "disabled", "dr-protected": "mandatory" }));
    const up = withPack("up", "--yes", "--skip-preview", "--policy-pack-config", file);
    const refused = await pulumi(up);
    expect(refused.exitCode).not.toBe(0);
    writeFileSync(join(project, "index.mjs"), program("{ protect: true }"));
    const passed = await pulumi(up);
    expect(passed.exitCode, passed.text).toBe(0);
  });
});
