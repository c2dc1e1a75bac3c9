import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { bootId, HOME_MARKER, isAlive, processesOfHome, readStat } from "./proc.ts";

const home = `/nowhere/proc-test-${process.pid}`;
const otherBoot = "00000000-0000-4000-8000-000000000000";
const started: number[] = [];

afterEach(() => {
  for (const pid of started.splice(0)) process.kill(pid, "SIGKILL");
});

/** As daemons start: a session whose leader has ended. @returns the session, and who lives in it */
async function orphaned(
  env: Record<string, string> = {},
): Promise<{ leader: number; pid: number }> {
  const child = spawn("/bin/sh", ["-c", "sleep 60 >/dev/null & echo $!"], {
    detached: true,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  if (child.exitCode === null) await once(child, "exit");
  const pid = Number(said.toString().trim());
  started.push(pid);
  return { leader: child.pid ?? 0, pid };
}

describe("processes of a home", () => {
  const found = (record: Parameters<typeof processesOfHome>[1]): number[] =>
    processesOfHome(home, record).map(({ pid }) => pid);

  test("are those of the session whose leader was recorded and has ended", async () => {
    const { leader, pid } = await orphaned();
    expect(readStat(pid)?.session).toBe(leader);
    expect(found({ pid: leader, startTicks: 1, bootId: bootId() })).toEqual([pid]);
  });

  test("are never a stranger's who got the recorded session's number after a reboot", async () => {
    const { leader } = await orphaned();
    expect(found({ pid: leader, startTicks: 1, bootId: otherBoot })).toEqual([]);
    // Of a version that did not write the boot down.
    expect(found({ pid: leader, startTicks: 1 })).toEqual([]);
  });

  test("are found by their environment on any boot", async () => {
    const { leader, pid } = await orphaned({ [HOME_MARKER]: home });
    expect(found({ pid: leader, startTicks: 1, bootId: otherBoot })).toEqual([pid]);
    expect(found(undefined)).toEqual([pid]);
  });
});

test("a process of another boot does not live, although pid and start time fit", () => {
  const { pid = 0, startTicks = 0 } = readStat(process.pid) ?? {};
  expect(isAlive({ pid, startTicks, bootId: bootId() })).toBe(true);
  expect(isAlive({ pid, startTicks, bootId: otherBoot })).toBe(false);
});
