// node tests/standins/save-state.ts STACK…: keeps the states of shipped stacks as this commit leaves them, for
// upgrade.pulumi.ts. Run it before a change that renames, moves or retypes resources; old files stay.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { runCleanups, tempHome } from "../harness/process.ts";
import { StandInProject } from "./project.ts";

const root = join(import.meta.dirname, "../..");

try {
  const { stdout: commit } = await execa("git", ["rev-parse", "--short", "HEAD"], { cwd: root });
  const home = await tempHome();
  const project = await StandInProject.create(home);
  for (const stack of process.argv.slice(2)) {
    await project.init(stack);
    const up = await project.up(stack);
    if (up.exitCode !== 0) throw new Error(up.text);
    const { text } = await project.state(stack);
    // Where it was made is nobody's business; which plugins, the next program says itself.
    const anywhere = text.replaceAll(home, "/project").replaceAll(root, "/project");
    const state = JSON.parse(anywhere) as { deployment: { manifest: { plugins?: unknown } } };
    delete state.deployment.manifest.plugins;
    const file = join(import.meta.dirname, "states", `${stack}-${commit}.json.gz`);
    writeFileSync(file, gzipSync(JSON.stringify(state), { level: 9 }));
    process.stderr.write(`${file}\n`);
  }
} finally {
  await runCleanups();
}
