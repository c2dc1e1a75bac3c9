import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { backendFolder, findLocks } from "./pulumi-lock.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function backendWith(locks: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), "recover-lock-"));
  folders.push(folder);
  for (const [stack, lock] of Object.entries(locks)) {
    const place = join(folder, ".pulumi", "locks", "organization", "recover", stack);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "1f2e.json"), JSON.stringify(lock));
  }
  return folder;
}

const lock = (part: Record<string, unknown>): Record<string, unknown> => ({
  pid: process.pid,
  username: "somebody",
  hostname: hostname(),
  timestamp: new Date().toISOString(),
  ...part,
});

describe("locks of Pulumi's backend of files", () => {
  test.each([
    ["its process lives", {}, "alive"],
    ["its process is gone", { pid: 2 ** 22 + 1 }, "dead"],
    ["its number belongs to a younger process", { timestamp: "2001-01-01T00:00:00Z" }, "dead"],
    ["another machine holds it", { hostname: "another-machine" }, "elsewhere"],
  ])("%s", (_what, part, state) => {
    const [found] = findLocks(backendWith({ "local-dr": lock(part), local: lock({}) }), "local-dr");
    expect(found?.state).toBe(state);
  });

  test("no lock, no folder, something else", () => {
    expect(findLocks(backendWith({}), "local")).toEqual([]);
    expect(findLocks(backendWith({ local: { not: "a lock" } }), "local")).toEqual([]);
  });

  test("where the backend is", () => {
    expect(backendFolder("file://~", "/p")).toBe(homedir());
    expect(backendFolder("file://./state", "/p")).toBe("/p/state");
    expect(backendFolder("file:///abs/my%20state?x=1", "/p")).toBe("/abs/my state");
    expect(backendFolder("https://api.pulumi.com", "/p")).toBeUndefined();
  });
});
