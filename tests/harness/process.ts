import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach } from "vitest";
import { tryLock } from "../../engines/lock.ts";
import { assertPortsFree, listenerInodes } from "../../engines/ports.ts";
import type { ProcessSpec, RunRecord } from "../../engines/process.ts";
import { start, stop } from "../../engines/supervisor.ts";

export interface RunningProcess {
  readonly spec: ProcessSpec;
  readonly record: RunRecord;
  /** Stops it; the folder goes with the `tempHome` that it lies in. */
  stop(): Promise<void>;
  /** SIGKILL to its whole group, as a disaster does, and nothing else. */
  kill(): void;
}

type Cleanup = () => Promise<void> | void;
let cleanups: Cleanup[] = [];

/** Runs `cleanup` after this test file (newest first), also when a test failed. */
export function onCleanup(cleanup: Cleanup): void {
  cleanups.push(cleanup);
}

/** Everything registered so far, newest first; a failing one does not keep the rest from running. */
export async function runCleanups(): Promise<void> {
  const due = cleanups.reverse();
  cleanups = [];
  const failures: unknown[] = [];
  for (const cleanup of due) {
    try {
      await cleanup();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "cleaning up after the tests failed");
}

/** Call at the top of a test file: what it started and made goes away after it. */
export function cleanUpAfterFile(): void {
  afterAll(runCleanups);
}

/** Call inside a `describe`: what a test started and made goes away after each test. */
export function cleanUpAfterEach(): void {
  afterEach(runCleanups);
}

/** A fresh folder under the system's temporary one; removed by the cleanup. */
export async function tempHome(prefix = "recover-test"): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), `${prefix}-`));
  onCleanup(() => rm(home, { recursive: true, force: true, maxRetries: 3 }));
  return home;
}

/**
 * Ports that nobody listens on. They lie below the kernel's range of outgoing ports (from 32768),
 * so no connection takes one by chance, and stay reserved among test processes that run beside
 * each other for as long as this process lives.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    if (!(await tryLock(`test port ${port}`))) continue;
    try {
      assertPortsFree("test", { port });
    } catch {
      continue;
    }
    ports.push(port);
  }
  return ports;
}

/** Starts a process and has the cleanup stop it. */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  onCleanup(() => stop(spec)); // Before the start: one that fails half-way leaves nothing either.
  const record = await start(spec);
  return {
    spec,
    record,
    stop: () => stop(spec),
    kill: () => {
      process.kill(-record.pid, "SIGKILL");
    },
  };
}

/** Waits until nobody listens on the specs' ports: a killed JVM closes them a moment after its end. */
export async function portsClosed(specs: readonly ProcessSpec[]): Promise<void> {
  const ports = specs.flatMap((spec) => Object.values(spec.ports));
  while (ports.some((port) => listenerInodes(port).size > 0)) await sleep(50);
}
