import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { cleanUpAfterFile } from "../harness/process.ts";
import { platformOf } from "../drill/platform.ts";
import type { Stack } from "../drill/stack.ts";
import type { Workspace } from "../drill/workspace.ts";
import {
  checkout,
  command,
  count,
  loseRegion,
  pairedStandby,
  primaryWithEvents,
  replicated,
} from "./fixture.ts";

cleanUpAfterFile();

/** `dr recover --stack local-dr`, run from the checkout as a person would. */
async function recover({ tools, project, env }: Workspace, stack: Stack) {
  const cli = join(project, "scripts/cli.ts");
  // The checkout is made of links: the program is to find its project by them.
  const links = ["--preserve-symlinks", "--preserve-symlinks-main"];
  return execa(tools.node, [...links, cli, "recover", "--stack", stack.name, "--json"], {
    cwd: project,
    env,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
}

/** `pulumi up`, killed when it begins a box; its lock stays behind. */
async function killAt(standby: Stack, box: string): Promise<void> {
  const killed = await standby.up((name) => {
    if (name === box) standby.kill();
  });
  expect(killed.ok).toBe(false);
  const next = await standby.up();
  expect(next.ok).toBe(false);
  expect(next.said).toMatch(/locked/);
}

test("a failover whose pulumi was killed, twice, goes on where it stopped", async () => {
  const workspace = await checkout("killed-up");
  const { platform } = await primaryWithEvents(workspace, 400);
  const standby = await pairedStandby(workspace, platform);
  await replicated();
  await loseRegion(workspace);

  await killAt(standby, "recovery-data");
  expect(await standby.run("cancel", "--yes")).toMatchObject({ ok: true });
  await killAt(standby, "recovery-cursors");
  const { exitCode, stderr } = await recover(workspace, standby);
  expect(stderr).toMatch(/the lock of a dead process is taken away/);
  expect(exitCode, stderr).toBe(0);

  const recovered = await platformOf(standby);
  expect(await count(recovered)).toBe(400);
  await command(workspace, "prove", recovered.connection);
  expect(await standby.run("preview", "--expect-no-changes")).toMatchObject({ ok: true });
});
