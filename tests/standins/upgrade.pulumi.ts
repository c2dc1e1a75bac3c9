import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { cleanUpAfterFile, tempHome } from "../harness/process.ts";
import { StandInProject } from "./project.ts";

cleanUpAfterFile();

/** States of stacks as earlier commits left them, `STACK-COMMIT.json.gz`; see CONTRIBUTING.md. */
const states = join(import.meta.dirname, "states");
const files = await readdir(states);

interface Step {
  readonly op: string;
  readonly urn: string;
}

interface Plan {
  readonly steps: readonly Step[];
  readonly changeSummary: { readonly same?: number };
}

/** What is run, not kept: another input makes another Job. */
const run = /::kubernetes:batch\/v1:Job::|\$kubernetes:batch\/v1:Job::/;

describe.each(files)("%s, as the program of today finds it", (file) => {
  const stack = file.split("-")[0] ?? "";
  let home: string;
  let project: StandInProject;
  beforeAll(async () => {
    home = await tempHome();
    project = await StandInProject.create(home);
    await project.init(stack);
  });

  async function previewed(change: (state: string) => string = (same) => same) {
    const state = gunzipSync(await readFile(join(states, file))).toString();
    const path = join(home, "state.json");
    await writeFile(path, change(state));
    const imported = await project.run(["stack", "import", "--stack", stack, "--file", path]);
    expect(imported.exitCode, imported.text).toBe(0);
    return project.preview(stack, "--json");
  }

  test("nothing is made anew, nothing is taken away", async () => {
    const { exitCode, text } = await previewed();
    expect(exitCode, text).toBe(0);
    const { steps, changeSummary } = JSON.parse(text.slice(text.indexOf("{"))) as Plan;
    expect(changeSummary.same).toBeGreaterThan(300);
    const gone = steps.filter(({ op, urn }) => /delete|replace/.test(op) && !run.test(urn));
    expect(gone.map(({ op, urn }) => `${op} ${urn}`)).toEqual([]);
  });

  test("what would take data away is refused", async () => {
    const name = stack === "prod" ? "acme-recover-7f3a-eu-central-1-backups" : "acme-dr-g1-kafka";
    const { exitCode, text } = await previewed((state) => state.replaceAll(name, `${name}-x`));
    expect(exitCode).not.toBe(0);
    expect(text).toMatch(/unable to replace resource.*as it is currently marked for protection/);
  });
});
