import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recover-failpoint-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process that passes one failpoint and ends with 0. */
function passFailpoint() {
  const source = `
    import { failpoint } from ${JSON.stringify(new URL("failpoint.ts", import.meta.url).href)};
    await failpoint("before-put");
  `;
  return spawn(process.execPath, ["--input-type=module", "--eval", source], {
    env: { ...process.env, RECOVER_FAILPOINTS: folder },
    stdio: "inherit",
  });
}

describe("a failpoint", () => {
  test("that nobody armed does nothing", async () => {
    expect(await once(passFailpoint(), "exit")).toEqual([0, null]);
    expect(await readdir(folder)).toEqual([]);
  });

  test("kills its process, once", async () => {
    await writeFile(join(folder, "before-put"), "");
    expect(await once(passFailpoint(), "exit")).toEqual([null, "SIGKILL"]);
    expect(await readdir(folder)).toEqual(["before-put.reached"]);
    expect(await once(passFailpoint(), "exit")).toEqual([0, null]);
  });

  test("holds its process until it is disarmed", async () => {
    await writeFile(join(folder, "before-put"), "hold\n");
    const child = passFailpoint();
    await expect.poll(() => existsSync(join(folder, "before-put.reached"))).toBe(true);
    expect(child.exitCode).toBe(null);
    await rm(join(folder, "before-put"));
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
