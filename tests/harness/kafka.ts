import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { kafkaBroker } from "../../engines/kafka.ts";
import type { KafkaCoordination } from "../../engines/kafka.ts";
import { zookeeperConnect } from "../../engines/zookeeper.ts";
import { connectionSchema, kafkaConnection } from "../../scripts/connection.ts";
import type { Connection, KafkaConnection } from "../../scripts/connection.ts";
import type { CertificateLogin } from "../../scripts/kafka-connection.ts";
import { clusterId } from "../../scripts/kafka/cluster.ts";
import { testAuthority } from "./certificates.ts";
import { javaTools } from "./java.ts";
import { freePorts, portsClosed, startProcess, tempHome } from "./process.ts";
import type { RunningProcess } from "./process.ts";
import { startZooKeeper } from "./zookeeper.ts";
import type { TestZooKeeper } from "./zookeeper.ts";

export interface TestKafkaOptions {
  /** @default "kraft" (no ensemble to start) */
  readonly mode?: "zookeeper" | "kraft";
  /** @default 2 */
  readonly brokers?: number;
  /** @default 4 */
  readonly partitions?: number;
  /** @default "events" */
  readonly topic?: string;
  /** Epoch of `kafka.consumer`; earlier ones are `formerConsumers`. @default 1 */
  readonly epoch?: number;
}

export interface TestKafka {
  /** Logins are named, but nothing is created yet: see `applyTopology`. */
  readonly kafka: KafkaConnection & { readonly consumer?: CertificateLogin };
  /** The same inside a whole connection, for commands. */
  readonly connection: Connection;
  /** Present in ZooKeeper mode. */
  readonly ensemble?: TestZooKeeper;
  readonly processes: readonly RunningProcess[];
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Brokers on free ports, ready, without any topic. They go away with the test file's cleanup. */
export async function startKafka(options: TestKafkaOptions = {}): Promise<TestKafka> {
  const brokers = options.brokers ?? 2;
  const epoch = options.epoch ?? 1;
  const home = await tempHome("recover-kafka");
  const ports = await freePorts(brokers * 2 + 1);
  const port = (index: number) => ports[index] ?? 0;
  const authority = await testAuthority();
  const { java, kafkaLibs } = javaTools();
  const ensemble = options.mode === "zookeeper" ? await startZooKeeper() : undefined;
  const kraftId = randomBytes(16).toString("base64url");
  const coordination: KafkaCoordination = ensemble
    ? {
        kind: "zookeeper",
        connect: zookeeperConnect(ensemble.members, "/kafka"),
        password: ensemble.kafkaPassword,
      }
    : { kind: "kraft", clusterId: kraftId, controller: { id: 1, port: port(brokers * 2) } };
  const tls = { ca: authority.ca, ...(await authority.issue("broker")) };
  const specs = Array.from({ length: brokers }, (_, index) =>
    kafkaBroker({
      name: `test/kafka-${String(index + 1)}`,
      home: join(home, `kafka-${String(index + 1)}`),
      java,
      libs: kafkaLibs,
      id: index + 1,
      coordination,
      ports: { sasl: port(index * 2), tls: port(index * 2 + 1) },
      tls,
      replicationFactor: brokers,
      minInsyncReplicas: brokers,
    }),
  );
  const start = () => Promise.all(specs.map((spec) => startProcess(spec)));
  let processes = await start();

  const bootstrap = (offset: number) =>
    specs.map((_, index) => `127.0.0.1:${String(port(index * 2 + offset))}`).join(",");
  const consumer = async (each: number): Promise<CertificateLogin> => ({
    epoch: each,
    name: `clickhouse-e${String(each)}`,
    ...(await authority.issue(`clickhouse-e${String(each)}`)),
  });
  const current = await consumer(epoch);
  const named = kafkaConnection.parse({
    bootstrap: bootstrap(0),
    tlsBootstrap: bootstrap(1),
    ca: authority.ca,
    clusterId: "",
    topic: options.topic ?? "events",
    partitions: options.partitions ?? 4,
    replicationFactor: brokers,
    group: "clickhouse",
    admin: { username: "admin", password: "admin-password-of-a-test" },
    adminCertificate: await authority.issue("admin"),
    producer: { username: "producer", password: "producer-password-of-a-test" },
    archiver: { username: "archiver", password: "archiver-password-of-a-test" },
    consumer: current,
    formerConsumers: await Promise.all(
      Array.from({ length: epoch - 1 }, (_, index) => consumer(index + 1)),
    ),
  } satisfies KafkaConnection);
  const kafka = {
    ...named,
    clusterId: await clusterId(named),
    consumer: current,
  };
  const connection = connectionSchema.parse({
    platform: "local",
    stack: "test",
    role: "primary",
    region: "east",
    owner: "test",
    epoch,
    kafka,
    ...(ensemble ? { zookeeper: ensemble.zookeeper } : {}),
  });
  return {
    kafka,
    connection,
    ...(ensemble ? { ensemble } : {}),
    get processes() {
      return processes;
    },
    async restart() {
      await portsClosed(specs);
      processes = await start();
    },
    async stop() {
      await Promise.all(processes.map((each) => each.stop()));
      await ensemble?.stop();
    },
  };
}
