import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { cleanUpAfterFile, tempHome } from "../harness/process.ts";
import { goneIn, StandInProject } from "./project.ts";

cleanUpAfterFile();

/** States of stacks as earlier commits left them, `STACK-COMMIT.json.gz`; see CONTRIBUTING.md. */
const states = join(import.meta.dirname, "states");
const files = await readdir(states);

describe.each(files)("%s, as the program of today finds it", (file) => {
  const stack = file.split("-")[0] ?? "";
  let home: string;
  let project: StandInProject;
  beforeAll(async () => {
    home = await tempHome();
    project = await StandInProject.create(home);
    await project.init(stack);
  });

  async function imported(change: (state: string) => string = (same) => same) {
    const state = gunzipSync(await readFile(join(states, file))).toString();
    const path = join(home, "state.json");
    await writeFile(path, change(state));
    const { exitCode, text } = await project.run([
      "stack",
      "import",
      "--stack",
      stack,
      "--file",
      path,
    ]);
    expect(exitCode, text).toBe(0);
  }

  test("nothing is made anew, nothing is taken away", async () => {
    await imported();
    const plan = await project.plan(stack);
    expect(plan.changeSummary["same"]).toBeGreaterThan(300);
    expect(goneIn(plan)).toEqual([]);
  });

  test("what would take data away is refused", async () => {
    const name = stack === "prod" ? "acme-recover-7f3a-eu-central-1-backups" : "acme-dr-g1-kafka";
    await imported((state) => state.replaceAll(name, `${name}-x`));
    const { exitCode, text } = await project.preview(stack);
    expect(exitCode).not.toBe(0);
    expect(text).toMatch(/unable to replace resource[^]*?as it is currently marked for protection/);
  });
});
