import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { tryLock, withLock } from "./lock.ts";
import { assertPortsFree, listenersOf, parseListeners } from "./ports.ts";
import { allProcesses, isAlive, isRunning, readStat } from "./proc.ts";

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:6979 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 81001 1 0 100 0 0 10 0
   1: 0100007F:6979 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 81002 1 0 20 4 30 10 -1
   2: 00000000:697A 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 81003 1 0 100 0 0 10 0
`;

test.each([
  [27001, ["81001"]],
  [27002, ["81003"]],
  [27003, []],
])("listeners of port %i in the kernel's table", (port, inodes) => {
  expect(parseListeners(table, port)).toEqual(inodes);
});

test("a listener is found by its process, whatever its address", async () => {
  for (const host of ["127.0.0.1", "0.0.0.0", "::"]) {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(listenersOf(port)).toEqual([process.pid]);
    expect(() => {
      assertPortsFree("east/kafka-1", { sasl: port });
    }).toThrow(new RegExp(`port ${port} \\(sasl\\) is held by process ${process.pid} \\(`));
    assertPortsFree("east/kafka-1", { sasl: port }, new Set([process.pid]));
    server.close();
    await once(server, "close");
    expect(listenersOf(port)).toEqual([]);
  }
});

test("a process is told from another one with its pid by its start time", () => {
  const self = readStat(process.pid);
  expect(self && isAlive(self)).toBe(true);
  expect(isAlive({ pid: process.pid, startTicks: (self?.startTicks ?? 0) + 1 })).toBe(false);
  expect(allProcesses().some((each) => each.pid === process.pid)).toBe(true);
});

test("a lock is one holder's at a time, and the next one waits for it", async () => {
  const release = await tryLock("test lock");
  expect(await tryLock("test lock")).toBeUndefined();
  await expect(withLock("test lock", 0.2, () => Promise.resolve())).rejects.toThrow(
    /test lock is being started or stopped by another process/,
  );
  const waiting = withLock("test lock", 5, () => Promise.resolve("mine"));
  await release?.();
  expect(await waiting).toBe("mine");
});

test.each([
  ["S", 11, true],
  ["Z", 1, false],
  ["Z", 3, true], // Killed, but its other threads have not closed its sockets yet.
  ["X", 1, false],
])("state %s with %i threads: running is %s", (state, threads, running) => {
  expect(isRunning({ state, threads })).toBe(running);
});
