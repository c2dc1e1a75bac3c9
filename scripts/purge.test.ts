import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const program = join(import.meta.dirname, "purge.ts");

describe("purge", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "recover-purge-"));
    mkdirSync(join(folder, "data/west/s3/data"), { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const purge = (...args: string[]) =>
    execa(process.execPath, [program, "--data-dir", join(folder, "data"), ...args], {
      reject: false,
    });

  it("only says what it would remove", async () => {
    const { exitCode, stdout } = await purge();
    expect(exitCode).toBe(0);
    expect(stdout).toContain("west/s3");
    expect(stdout).toContain("Nothing was removed");
    expect(existsSync(join(folder, "data/west/s3"))).toBe(true);
  });

  it("removes with --yes, and finds nothing the next time", async () => {
    expect((await purge("--yes")).stdout).toContain("removed.");
    expect(existsSync(join(folder, "data"))).toBe(false);
    const again = await purge("--yes");
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain("nothing to remove");
  });

  it("refuses while a process of ours is alive in it", async () => {
    const home = join(folder, "data/west/s3");
    const child = spawn("sleep", ["30"], { env: { ...process.env, RECOVER_HOME: home } });
    try {
      const { exitCode, stdout } = await purge("--yes");
      expect(exitCode).toBe(2);
      expect(stdout).toContain(`${child.pid ?? ""} (sleep 30)`);
      expect(existsSync(home)).toBe(true);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("refuses a folder with anything else in it", async () => {
    writeFileSync(join(folder, "data/thesis.txt"), "");
    expect((await purge("--yes")).exitCode).toBe(2);
    mkdirSync(join(folder, "data/photos/2019"), { recursive: true });
    expect((await purge("--yes")).exitCode).toBe(2);
    expect(existsSync(join(folder, "data/thesis.txt"))).toBe(true);
  });

  it("refuses unknown options", async () => {
    expect((await purge("--everything")).exitCode).toBe(2);
  });
});
