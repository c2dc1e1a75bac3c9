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

type StartOptions = Partial<
  Pick<
    ClickHouseOptions,
    "disks" | "kafka" | "zookeeper" | "macros" | "home" | "cluster" | "httpPort" | "tcpPort"
  >
>;

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
export async function startClickHouse(options: StartOptions = {}): Promise<TestClickHouse> {
  const [httpPort = 0, tcpPort = 0] =
    options.httpPort === undefined || options.tcpPort === undefined
      ? await freePorts(2)
      : [options.httpPort, options.tcpPort];
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

/** The servers of a test's shards, in order. */
export interface TestServers {
  readonly servers: readonly TestClickHouse[];
  /** Leads to the first one and knows the others. */
  readonly connection: ClickHouseConnection;
}

/** One server, or `shards` of them that know each other; only the first one gets Kafka's login. */
export async function startServers(
  shards: number,
  { kafka, ...options }: Omit<StartOptions, "cluster" | "home" | "httpPort" | "tcpPort"> = {},
): Promise<TestServers> {
  const ports = await freePorts(2 * shards);
  const tcpPorts = ports.slice(shards);
  const cluster = { name: "main", tcpPorts };
  const servers = await Promise.all(
    tcpPorts.map((tcpPort, index) =>
      startClickHouse({
        ...options,
        ...(kafka !== undefined && index === 0 ? { kafka } : {}),
        ...(shards > 1 ? { cluster } : {}),
        httpPort: ports[index] ?? 0,
        tcpPort,
      }),
    ),
  );
  const [first, ...others] = servers.map(({ connection }) => connection);
  if (first === undefined) throw new Error("a cluster without a server");
  const sharded = { cluster: cluster.name, others: others.map(({ url }) => url) };
  return { servers, connection: shards > 1 ? { ...first, sharded } : first };
}
