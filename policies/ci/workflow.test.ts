import { spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  cpSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { StackBuilder } from "../testing/builder.ts";
import { previewOf, stateOf } from "../testing/sources.ts";
import { parseYaml } from "../yaml.ts";

const root = join(import.meta.dirname, "../..");
const file = join(root, ".github/workflows/policy.yaml");

/** Of https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax, what we use. */
const permissions = z.partialRecord(
  z.enum(["contents", "id-token", "pull-requests", "security-events"]),
  z.enum(["read", "write", "none"]),
);
const step = z.union([
  z.strictObject({
    uses: z.string().regex(/^[\w.-]+\/[\w./-]+@v\d+$/),
    with: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).optional(),
    if: z.string().optional(),
  }),
  z.strictObject({ run: z.string().regex(/^policies\/ci\/[a-z]+\.sh( ("\$[A-Z_]+"|[a-z]+))*$/) }),
]);
const job = z.strictObject({
  if: z.string().optional(),
  needs: z.string().optional(),
  "runs-on": z.string().regex(/^ubuntu-\d/),
  "timeout-minutes": z.int().max(60),
  permissions: permissions.optional(),
  strategy: z
    .strictObject({
      "fail-fast": z.boolean(),
      matrix: z.strictObject({ stack: z.array(z.string()) }),
    })
    .optional(),
  env: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).min(1),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    pull_request: z.null(),
    schedule: z.array(z.strictObject({ cron: z.string() })),
    workflow_dispatch: z.null(),
  }),
  permissions,
  concurrency: z.strictObject({ group: z.string(), "cancel-in-progress": z.string() }),
  jobs: z.record(z.string(), job),
});

const parsed = workflow.parse(parseYaml(readFileSync(file, "utf8")));
const jobs = Object.entries(parsed.jobs);

describe("the workflow", () => {
  test("gives nothing but reading to who does not ask, and never a fork's code a credential", () => {
    expect(parsed.permissions).toEqual({ contents: "read" });
    // `pull_request_target` would run with the base's secrets: the schema above does not know it.
    for (const [name, { permissions: asked = {}, if: condition = "", needs }] of jobs) {
      if (!Object.values(asked).includes("write")) continue;
      const guarded =
        condition.includes("head.repo.full_name == github.repository") ||
        condition.includes("github.event_name != 'pull_request'") ||
        (needs !== undefined && condition.includes(`needs.${needs}.result != 'skipped'`));
      expect(guarded, name).toBe(true);
    }
    expect(readFileSync(file, "utf8")).not.toContain("secrets.");
  });

  test("only jobs that take a role may ask for its token", () => {
    for (const [name, { permissions: asked = {}, steps }] of jobs) {
      const takes = steps.some((each) => "uses" in each && each.uses.startsWith("aws-actions/"));
      expect(asked["id-token"] === "write", name).toBe(takes);
    }
  });

  test("checkouts leave no credential behind", () => {
    for (const [name, { steps }] of jobs) {
      for (const each of steps) {
        if (!("uses" in each) || !each.uses.startsWith("actions/checkout@")) continue;
        expect(each.with?.["persist-credentials"], name).toBe(false);
      }
    }
  });

  test("asks for the versions that the project pins", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const versions = jobs.flatMap(([, { steps }]) =>
      steps.flatMap((each) => ("uses" in each ? (each.with?.["pulumi-version"] ?? []) : [])),
    );
    expect(versions).toEqual(versions.map(() => dependencies["@pulumi/pulumi"]));
    expect(versions.length).toBe(2);
  });

  test("its steps are scripts that exist, can be run, and are bash", () => {
    const scripts = readdirSync(import.meta.dirname).filter((each) => each.endsWith(".sh"));
    const run = jobs.flatMap(([, { steps }]) =>
      steps.flatMap((each) =>
        "run" in each ? (/ci\/([a-z]+\.sh)/.exec(each.run)?.[1] ?? []) : [],
      ),
    );
    expect([...new Set(run)].sort()).toEqual(scripts.sort());
    for (const script of scripts) {
      const path = join(import.meta.dirname, script);
      accessSync(path, constants.X_OK);
      expect(spawnSync("bash", ["-n", path]).status, script).toBe(0);
      expect(readFileSync(path, "utf8"), script).toMatch(
        /^#!\/usr\/bin\/env bash\n[^]*set -euo pipefail/,
      );
    }
  });
});

describe("the scripts", () => {
  const work = mkdtempSync(join(tmpdir(), "policies-ci-"));
  const bin = join(work, "bin");
  afterAll(() => {
    rmSync(work, { recursive: true });
  });
  const stub = (name: string, script: string) => {
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const run = (script: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(join(work, "policies/ci", script), args, {
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(":"),
      },
    });
    return { status, out: stdout + stderr };
  };
  const read = (name: string) => readFileSync(join(work, name), "utf8");

  beforeAll(() => {
    mkdirSync(bin);
    symlinkSync(join(root, "node_modules"), join(work, "node_modules"));
    cpSync(join(root, "policies"), join(work, "policies"), { recursive: true });
    cpSync(join(root, "package.json"), join(work, "package.json"));
    writeFileSync(join(work, "Pulumi.prod.yaml"), "config: {}\n");
    const builder = new StackBuilder("prod");
    builder.add(aws.s3.Bucket, "scratch", { forceDestroy: true });
    writeFileSync(join(work, "preview.json"), JSON.stringify(previewOf(builder)));
    writeFileSync(join(work, "state.json"), JSON.stringify(stateOf(builder)));
  });

  test("preview.sh fails with the preview, and leaves comment and findings", () => {
    stub(
      "pulumi",
      `if [[ "$*" == *--json* ]]; then cat ${work}/preview.json; else echo 'a \`\`\` fence'; exit 255; fi`,
    );
    expect(run("preview.sh", "prod", "out").status).toBe(255);
    expect(read("out/prod.md")).toMatch(/^### prod: does NOT pass\n[^]*a ` ` ` fence/);
    expect(read("out/prod.sarif")).toContain('"ruleId": "dr-no-force-destroy"');
  });

  test("preview.sh passes when the preview does: the engine has judged", () => {
    stub("pulumi", `if [[ "$*" == *--json* ]]; then cat ${work}/preview.json; fi`);
    expect(run("preview.sh", "prod", "out").status).toBe(0);
    expect(read("out/prod.md")).toMatch(/^### prod: passes\n/);
  });

  test("comment.sh writes one comment, and edits it the next time", () => {
    const log = join(work, "gh.log");
    const gh = (id: string) =>
      `echo "$*" >>${log}; for a in "$@"; do [[ $a == body=@* ]] && cat "\${a#body=@}" >>${log}; done; [[ "$*" == *--jq* ]] && printf '%s' '${id}'; true`;
    stub("gh", gh(""));
    expect(run("comment.sh", "acme/platform", "7", join(work, "out")).status).toBe(0);
    expect(readFileSync(log, "utf8")).toMatch(
      /--method POST repos\/acme\/platform\/issues\/7\/comments[^]*<!-- recover-policies -->\n### prod: passes/,
    );
    rmSync(log);
    stub("gh", gh("42\n43\n"));
    expect(run("comment.sh", "acme/platform", "7", join(work, "out")).status).toBe(0);
    expect(readFileSync(log, "utf8")).toContain(
      "--method PATCH repos/acme/platform/issues/comments/42",
    );
    expect(readFileSync(log, "utf8")).not.toContain("POST");
  });

  const nightly = (drift: number) =>
    `if [[ $1 == stack ]]; then cp ${work}/state.json "\${@: -1}"; else exit ${drift}; fi`;

  test("nightly.sh fails for what is violated, and leaves the findings", () => {
    stub("pulumi", nightly(0));
    const { status, out } = run("nightly.sh", "prod", "night");
    expect(status).toBe(1);
    expect(out).toContain("prod: NOT clean");
    expect(out).not.toContain("has drifted");
    expect(read("night/prod.sarif")).toContain('"ruleId": "dr-no-force-destroy"');
  });

  test("nightly.sh fails for drift alone", () => {
    writeFileSync(join(work, "policies/policy.json"), JSON.stringify({ all: "advisory" }));
    stub("pulumi", nightly(0));
    expect(run("nightly.sh", "prod", "night").status).toBe(0);
    stub("pulumi", nightly(1));
    const { status, out } = run("nightly.sh", "prod", "night");
    expect(status).toBe(1);
    expect(out).toContain("prod has drifted");
  });
});
