import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clickhouseServer } from "../../engines/clickhouse.ts";
import type { ClickHouseOptions } from "../../engines/clickhouse.ts";
import type { ClickHouseConnection } from "../../scripts/connection.ts";
import { listenersOf } from "../../engines/ports.ts";
import { start } from "../../engines/supervisor.ts";
import { freePorts, startProcess, tempHome } from "./process.ts";
import type { RunningProcess } from "./process.ts";

/** A running ClickHouse of a test: connection parts, and its life and death. */
export interface TestClickHouse {
  readonly connection: ClickHouseConnection;
  readonly process: RunningProcess;
  /** SIGKILL, then a new start on the same data: what a crash does. */
  crashAndRestart(): Promise<void>;
  /** Starts it again after `process.kill()` or `process.stop()`. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The real server when the machine has one, else the embedded one. */
export function clickhouseBinary(): string | undefined {
  const list = join(import.meta.dirname, "..", "..", ".cache", "tools.json");
  if (!existsSync(list)) return undefined;
  return (
    (JSON.parse(readFileSync(list, "utf8")) as { clickhouse: string | null }).clickhouse ??
    undefined
  );
}

/** The threads of a killed process hold its sockets for a moment after it is a zombie. */
async function portClosed(port: number): Promise<void> {
  while ((listenersOf(port)?.length ?? 1) > 0) await sleep(20);
}

/**
 * Starts a server with the given disks and Kafka login in a folder of its own, or in `home`; the
 * cleanup stops it.
 */
export async function startClickHouse(
  options: Partial<
    Pick<ClickHouseOptions, "disks" | "kafka" | "zookeeper" | "macros" | "home">
  > = {},
): Promise<TestClickHouse> {
  const [httpPort = 0, tcpPort = 0] = await freePorts(2);
  const binary = clickhouseBinary();
  const admin = { username: "admin", password: "admin-password-of-a-test" };
  const reader = { username: "reader", password: "reader-password-of-a-test" };
  const spec = clickhouseServer({
    name: "test/clickhouse",
    home: options.home ?? (await tempHome("recover-clickhouse")),
    httpPort,
    tcpPort,
    admin,
    reader,
    ...(binary === undefined ? {} : { binary }),
    ...options,
  });
  let running = await startProcess(spec);
  const restart = async (): Promise<void> => {
    await portClosed(httpPort);
    const record = await start(spec);
    running = {
      ...running,
      record,
      kill: () => {
        process.kill(-record.pid, "SIGKILL");
      },
    };
  };
  return {
    connection: {
      url: `http://127.0.0.1:${httpPort}`,
      ...admin,
      database: "posthog",
      backupDisk: options.disks?.[0]?.name ?? "vault",
      reader,
    },
    get process() {
      return running;
    },
    restart,
    crashAndRestart: async () => {
      running.kill();
      await restart();
    },
    stop: () => running.stop(),
  };
}
