import { stat } from "node:fs/promises";
import { connect } from "node:net";
import { resolve } from "node:path";
import { execa } from "execa";
import pRetry, { AbortError } from "p-retry";
import { UserError } from "../lib/user-error.ts";
import { describeHolders, listenersOf } from "./ports.ts";
import { processesOfHome } from "./proc.ts";
import type { HealthCheck, ProcessSpec, RunRecord } from "./process.ts";

/** One answer may take this long before it counts as none. */
const ANSWER_MS = 5000;

/** Thrown while the process is not ready yet: asked again until the start timeout. */
class NotReady extends Error {}

/**
 * Waits until the process serves: it is still alive, no port of it is held by a stranger, its
 * health check answers and the port of that check is its own.
 * @param earlyExit rejects as soon as the process has ended, with why.
 * @throws UserError by name with what was last seen.
 */
export async function waitUntilReady(
  spec: ProcessSpec,
  record: RunRecord,
  env: Readonly<Record<string, string>>,
  earlyExit: () => string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const seconds = spec.startTimeoutSeconds ?? 60;
  let lastSeen = "nothing";
  const attempt = async () => {
    const ended = earlyExit();
    if (ended !== undefined) throw new AbortError(new UserError(ended));
    assertPortsOurs(spec, record);
    try {
      await checkHealth(spec, record, env);
    } catch (error) {
      lastSeen = error instanceof Error ? error.message : String(error);
      throw new NotReady(lastSeen);
    }
    assertPortsOurs(spec, record, healthPort(spec.health));
  };
  try {
    await pRetry(attempt, {
      retries: Infinity,
      minTimeout: 50,
      maxTimeout: 500,
      factor: 1.3,
      maxRetryTime: seconds * 1000,
      shouldRetry: ({ error }) => error instanceof NotReady,
      ...(signal && { signal }),
    });
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    throw new UserError(
      `${spec.name} did not become healthy within ${seconds} s: ${lastSeen}. It was stopped again; ` +
        "see its log below, or give it a longer startTimeoutSeconds.",
    );
  }
}

/** One question; resolves when the answer is that the process serves. */
export async function checkHealth(
  spec: ProcessSpec,
  record: RunRecord,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const check = spec.health;
  switch (check.kind) {
    case "tcp":
      return connectOnce(check.port);
    case "http":
      return askHttp(check);
    case "file": {
      const path = resolve(spec.home, check.path);
      const written = await stat(path).catch(() => undefined);
      if (!written) throw new NotReady(`the file ${path} does not exist yet`);
      // A file that an earlier run left says nothing about this one.
      if (written.mtimeMs < Date.parse(record.startedAt) - 1) {
        throw new NotReady(`the file ${path} is from before this start`);
      }
      return;
    }
    case "command": {
      const [file, ...args] = check.argv;
      if (file === undefined) throw new UserError(`${spec.name}: its health command is empty.`);
      const result = await execa(file, args, {
        cwd: spec.home,
        env,
        extendEnv: false,
        reject: false,
        timeout: ANSWER_MS,
        killSignal: "SIGKILL",
        stdin: "ignore",
        all: true,
      });
      if (result.exitCode === 0) return;
      throw new NotReady(`${file} says: ${lastLine(result.all) || result.shortMessage || "no"}`);
    }
  }
}

/** The port by which a check judges, when it is one of a server's. */
export function healthPort(check: HealthCheck): number | undefined {
  if (check.kind === "tcp") return check.port;
  if (check.kind === "http") {
    const url = new URL(check.url);
    return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  }
  return undefined;
}

/**
 * A port that nobody listens on is not wrong (only the leader of a ZooKeeper ensemble opens the
 * quorum port), except `required`: the one whose answer is taken for health.
 */
function assertPortsOurs(spec: ProcessSpec, record: RunRecord, required?: number): void {
  const ours = new Set(processesOfHome(spec.home, record).map((stat) => stat.pid));
  const named = Object.values(spec.ports);
  for (const port of required === undefined ? named : [...named, required]) {
    const holders = listenersOf(port);
    if (holders?.length === 0) {
      if (port !== required) continue;
      throw new NotReady(`nobody listens on port ${port}`);
    }
    if (holders?.some((pid) => ours.has(pid))) continue;
    throw new UserError(
      `${spec.name} was started, but its port ${port} is held by process ${describeHolders(holders)}. ` +
        "Its answers are not those of our process. Stop it, or give ours another port.",
    );
  }
}

function connectOnce(port: number): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: ANSWER_MS });
    const end = (error?: Error) => {
      socket.destroy();
      if (error) fail(error);
      else done();
    };
    socket.once("connect", () => {
      end();
    });
    socket.once("timeout", () => {
      end(new NotReady(`port ${port} does not answer`));
    });
    socket.once("error", (error) => {
      end(new NotReady(error.message));
    });
  });
}

async function askHttp(check: Extract<HealthCheck, { kind: "http" }>): Promise<void> {
  const response = await fetch(check.url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    (error: unknown) => {
      const { message, cause } = error as Error;
      throw new NotReady(`${check.url}: ${cause instanceof Error ? cause.message : message}`);
    },
  );
  const body = await response.text();
  if (response.status !== (check.status ?? 200)) {
    throw new NotReady(`${check.url} answers ${response.status}: ${body.slice(0, 200)}`);
  }
  if (check.contains !== undefined && !body.includes(check.contains)) {
    throw new NotReady(`${check.url} answers without "${check.contains}": ${body.slice(0, 200)}`);
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
