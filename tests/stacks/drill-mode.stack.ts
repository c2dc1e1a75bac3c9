import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { processesBelow } from "../drill/processes.ts";
import type { Platform } from "../drill/platform.ts";
import type { Stack } from "../drill/stack.ts";
import type { Workspace } from "../drill/workspace.ts";
import { cleanUpAfterFile } from "../harness/process.ts";
import {
  arrived,
  bringUp,
  checkout,
  command,
  count,
  pairedStandby,
  primaryWithEvents,
  replicated,
  send,
} from "./fixture.ts";

cleanUpAfterFile();

describe("a standby beside a living primary", () => {
  let workspace: Workspace;
  let primary: Stack;
  let standby: Stack;
  let platform: Platform;

  beforeAll(async () => {
    workspace = await checkout("drill-mode");
    ({ stack: primary, platform } = await primaryWithEvents(workspace, 400));
    standby = await pairedStandby(workspace, platform);
  });

  test("is refused: how fresh the lease is, and both ways on", async () => {
    const { ok, said } = await standby.up();
    expect(ok).toBe(false);
    expect(said).toMatch(/primary is alive: stack "local" in east renewed .* \d+\.\d s ago/);
    expect(said).toMatch(/recover:mode drill/);
    expect(said).toMatch(/recover:takeoverReason/);
    expect(existsSync(join(workspace.dataDir, "west-drill"))).toBe(false);
  });

  test("rehearses in mode drill, and the primary does not notice", async () => {
    await replicated();
    await standby.set({ mode: "drill" });
    const up = bringUp(standby);
    // What is sent meanwhile is the primary's alone.
    await send(platform, 100);
    const rehearsed = await up;
    expect(rehearsed.recovery).toMatchObject({
      fence: { kind: "drill", epoch: 1, revokedVaultEpochs: [] },
      proof: { ok: true, missing: 0, duplicated: 0 },
    });
    // What had reached the other region when it took its epoch, and not one event later.
    const had = (await count(rehearsed)) ?? 0;
    expect(had).toBeGreaterThanOrEqual(400);
    await command(workspace, "prove", rehearsed.connection);
    await command(workspace, "status", rehearsed.connection);
    expect(await standby.run("preview", "--expect-no-changes")).toMatchObject({ ok: true });

    await arrived(platform, 500);
    await send(platform, 50);
    await arrived(platform, 550);
    await replicated();
    expect(await count(rehearsed)).toBe(had);
    await command(workspace, "prove", rehearsed.connection);
    expect(await primary.run("preview", "--expect-no-changes")).toMatchObject({ ok: true });
    await command(workspace, "prove", platform.connection);
    // Its lease, its archiver, its replicator and a backup, with the logins that it had.
    await command(workspace, "backup", platform.backupConnection, { kind: "incremental" });
    await command(workspace, "status", platform.connection);
  });

  test("leaves nothing that runs, and the same stack can take over for good afterwards", async () => {
    expect(await standby.run("destroy", "--yes")).toMatchObject({ ok: true });
    expect(processesBelow(join(workspace.dataDir, "west-drill"))).toEqual([]);
    await replicated();
    await standby.set({ mode: "failover", takeoverReason: "the test moves to west" });
    const recovered = await bringUp(standby);
    expect(recovered.epoch).toBe(2);
    expect(recovered.recovery).toMatchObject({ proof: { ok: true, missing: 0, duplicated: 0 } });
    expect(await count(recovered)).toBe(550);
    // The old keeper saw the fence: its side consumes no more.
    const refused = await primary.run("up", "--yes", "--skip-preview");
    expect(refused.ok).toBe(false);
    expect(refused.said).toMatch(/is fenced: epoch 2 of line "main" .* "local-dr"/s);
  });
});
