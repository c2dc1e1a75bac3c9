import { join } from "node:path";
import { zookeeperMember } from "../../engines/zookeeper.ts";
import type { ZooKeeperMember, ZooKeeperOptions } from "../../engines/zookeeper.ts";
import type { Connection } from "../../scripts/connection.ts";
import { freePorts, portsClosed, startProcess, tempHome } from "./process.ts";
import type { RunningProcess } from "./process.ts";
import { javaTools } from "./java.ts";

export interface TestZooKeeper {
  readonly members: readonly ZooKeeperMember[];
  /** Part of a connection. */
  readonly zookeeper: NonNullable<Connection["zookeeper"]>;
  readonly kafkaPassword: string;
  readonly processes: readonly RunningProcess[];
  /** Starts the same members again, as they were or empty after their folders were removed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** An ensemble on free ports, serving. It goes away with the test file's cleanup. */
export async function startZooKeeper(
  options: {
    readonly size?: 1 | 3 | 5;
    /** Of the brokers. @default true */
    readonly sasl?: boolean;
  } = {},
): Promise<TestZooKeeper> {
  const size = options.size ?? 3;
  const home = await tempHome("recover-zookeeper");
  const ports = await freePorts(size * 4);
  const port = (index: number) => ports[index] ?? 0;
  const members = Array.from({ length: size }, (_, index) => ({
    id: index + 1,
    clientPort: port(index * 4),
    quorumPort: port(index * 4 + 1),
    electionPort: port(index * 4 + 2),
    adminPort: port(index * 4 + 3),
  }));
  const { java, zookeeperLibs } = javaTools();
  const common = {
    java,
    libs: zookeeperLibs,
    members,
    superPassword: "super-password-of-a-test",
    kafkaPassword: "kafka-password-of-a-test",
  } satisfies Partial<ZooKeeperOptions>;
  const { kafkaPassword: _, ...withoutBrokers } = common;
  const specs = members.map(({ id }) =>
    zookeeperMember({
      ...(options.sasl === false ? withoutBrokers : common),
      id,
      name: `test/zookeeper-${String(id)}`,
      home: join(home, `zookeeper-${String(id)}`),
    }),
  );
  const start = () => Promise.all(specs.map((spec) => startProcess(spec)));
  let processes = await start();
  return {
    members,
    kafkaPassword: common.kafkaPassword,
    get processes() {
      return processes;
    },
    zookeeper: {
      members: members.map((member) => ({
        client: `127.0.0.1:${String(member.clientPort)}`,
        admin: `http://127.0.0.1:${String(member.adminPort)}`,
      })),
      superPassword: common.superPassword,
    },
    async restart() {
      await portsClosed(specs);
      processes = await start();
    },
    async stop() {
      await Promise.all(processes.map((each) => each.stop()));
    },
  };
}
