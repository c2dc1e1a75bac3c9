import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Admin } from "@platformatic/kafka";
import pRetry from "p-retry";
import { kafkaBroker } from "../../engines/kafka.ts";
import { renderProperties } from "../../engines/properties.ts";
import { restart, status } from "../../engines/supervisor.ts";
import { kafkaConnection, type KafkaConnection } from "../../scripts/connection.ts";
import { ensureLogins, type ScramLogin } from "../../scripts/kafka/scram.ts";
import type { TestCertificate } from "../harness/certificates.ts";
import { javaTools } from "../harness/java.ts";
import { startProcess, tempHome } from "../harness/process.ts";
import type { Issued } from "./enter.ts";
import { serveIam } from "./iam-listener.ts";
import {
  addressOf,
  brokerName,
  kafkaMembers as members,
  type Hosts,
  type Region,
} from "./regions.ts";

const ports = { scram: 9096, iam: 9098, behindIam: 19098, internal: 9092, controller: 19093 };

/** A login of the world's own, by SCRAM: what stands in for the connector is no principal of ours. */
const connector: ScramLogin = { username: "connector", password: "password-of-the-connector" };

export interface MskOptions {
  readonly region: Region;
  readonly hosts: Hosts;
  readonly issued: Issued;
  /** As the stack wrote it: `serverProperties` of MSK's configuration. */
  readonly configuration: string;
  /** Those that come by PLAIN too: brokers read them when they start, and at no other time. */
  readonly plain: readonly ScramLogin[];
}

/**
 * Stands in for an MSK cluster: three real brokers (KRaft) with its two listeners. SCRAM's also takes ClickHouse's login
 * by PLAIN, as the server of these tests knows no SCRAM; IAM's lets in whoever signs as this account, and no
 * ACL binds them: that is as on MSK, but the policies of their roles decide nothing here.
 */
export class Msk {
  readonly scram: string;
  readonly iam: string;
  readonly #internal: string;
  #options: MskOptions;
  readonly #brokers: readonly Broker[];
  readonly #listeners: (() => void)[] = [];

  private constructor(options: MskOptions, brokers: readonly Broker[]) {
    const { region } = options;
    this.#options = options;
    this.#brokers = brokers;
    this.scram = members.map((id) => `${brokerName(region, id)}:${String(ports.scram)}`).join(",");
    this.iam = members.map((id) => `${brokerName(region, id)}:${String(ports.iam)}`).join(",");
    this.#internal = members
      .map((id) => `${addressOf(region, "kafka", id)}:${String(ports.internal)}`)
      .join(",");
  }

  static async start(options: MskOptions): Promise<Msk> {
    const { region, hosts, issued } = options;
    for (const id of members) hosts.add(brokerName(region, id), addressOf(region, "kafka", id));
    const home = await tempHome("recover-account-kafka");
    const certificate = issued.of[region].kafka;
    const clusterId = randomBytes(16).toString("base64url");
    const brokers = members.map((id) => ({ id, home, clusterId, certificate }));
    await Promise.all(brokers.map((each) => startProcess(broker(options, each))));
    const msk = new Msk(options, brokers);
    for (const id of members) {
      const address = addressOf(region, "kafka", id);
      const listener = await serveIam({
        address,
        port: ports.iam,
        upstream: { host: address, port: ports.behindIam },
        certificate,
        region,
      });
      msk.#listeners.push(listener);
    }
    await msk.admit(connector);
    return msk;
  }

  /** Has a secret's login known to the brokers. */
  async admit(login: ScramLogin): Promise<void> {
    const isConsumer = login.username.startsWith("clickhouse-");
    const plain = this.#options.plain.filter(({ username }) => username !== login.username);
    if (isConsumer && plain.length === this.#options.plain.length) {
      this.#options = { ...this.#options, plain: [...plain, login] };
      await this.#restart();
    }
    const kafka = this.connection(login);
    await this.#asAdmin((admin) => ensureLogins(admin, kafka, [login]));
  }

  /** One after the other, so that every partition stays writable. */
  async #restart(): Promise<void> {
    for (const each of this.#brokers) {
      await restart(broker(this.#options, each));
      await pRetry(() => this.#asAdmin(inSync), { retries: 120, minTimeout: 500, factor: 1 });
    }
  }

  async #asAdmin<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = new Admin({ clientId: "msk", bootstrapBrokers: this.#internal.split(",") });
    try {
      return await use(admin);
    } finally {
      await admin.close();
    }
  }

  /** For the connector's stand-in and for producers of a test. */
  connection(producer: ScramLogin): KafkaConnection {
    return kafkaConnection.parse({
      bootstrap: this.scram,
      scramOver: "tls",
      tlsBootstrap: "",
      ca: this.#options.issued.ca,
      clusterId: "",
      topic: "clickhouse_events_json",
      partitions: 1,
      replicationFactor: 3,
      group: "clickhouse",
      producer,
      archiver: connector,
    });
  }

  async kill(): Promise<void> {
    for (const close of this.#listeners) close();
    for (const each of this.#brokers) {
      const { record } = await status(broker(this.#options, each).home);
      if (record !== undefined) process.kill(-record.pid, "SIGKILL");
    }
  }
}

/** @throws Error while a replica lacks something */
async function inSync(admin: Admin): Promise<void> {
  const { topics } = await admin.metadata({ topics: await admin.listTopics(), forceUpdate: true });
  const behind = [...topics].some(([, { partitions }]) =>
    Object.values(partitions).some(({ isr, replicas }) => isr.length < replicas.length),
  );
  if (behind) throw new Error("a replica is behind");
}

interface Broker {
  readonly id: number;
  readonly home: string;
  readonly clusterId: string;
  readonly certificate: TestCertificate;
}

function broker(options: MskOptions, { id, home, clusterId, certificate }: Broker) {
  const { java, kafkaLibs } = javaTools();
  const folder = join(home, `broker-${String(id)}`);
  const address = addressOf(options.region, "kafka", id);
  const spec = kafkaBroker({
    name: `${options.region}/kafka-${String(id)}`,
    home: folder,
    java,
    libs: kafkaLibs,
    id,
    coordination: { kind: "kraft", clusterId, controller: { id: 1, port: ports.controller } },
    ports: { sasl: ports.scram, tls: ports.internal },
    tls: { ca: options.issued.ca, ...certificate },
    replicationFactor: 3,
    minInsyncReplicas: 2,
  });
  const own = spec.files?.find(({ path }) => path === "conf/server.properties")?.content ?? "";
  const content = `${withoutListeners(own)}${listeners(options, id)}${options.configuration}`;
  return {
    ...spec,
    files: (spec.files ?? []).map((file) =>
      file.path === "conf/server.properties" ? { ...file, content } : file,
    ),
    // The same port on each address: no port is one process's own.
    ports: {},
    health: answers(address, ports.scram),
  };
}

/** Ready when somebody listens. */
export function answers(host: string, port: number) {
  const script = `require("node:net").connect(${String(port)}, "${host}").on("connect", () => process.exit(0))`;
  return { kind: "command" as const, argv: [process.execPath, "--eval", script] };
}

function withoutListeners(properties: string): string {
  const ours =
    /^(listeners|advertised\.listeners|listener\.|inter\.broker|controller\.quorum|sasl\.|ssl\.client\.auth|super\.users)/;
  return properties
    .split("\n")
    .filter((line) => !ours.test(line))
    .join("\n");
}

function listeners({ region, plain }: MskOptions, id: number): string {
  const address = addressOf(region, "kafka", id);
  const host = brokerName(region, id);
  const open = {
    SCRAM: ports.scram,
    IAM: ports.behindIam,
    INTERNAL: ports.internal,
    ...(id === 1 ? { CONTROLLER: ports.controller } : {}),
  };
  return renderProperties({
    listeners: Object.entries(open)
      .map(([name, port]) => `${name}://${address}:${String(port)}`)
      .join(","),
    "advertised.listeners":
      `SCRAM://${host}:${String(ports.scram)},IAM://${host}:${String(ports.iam)},` +
      `INTERNAL://${address}:${String(ports.internal)}`,
    "listener.security.protocol.map":
      "SCRAM:SASL_SSL,IAM:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "INTERNAL",
    "controller.quorum.voters": `1@${addressOf(region, "kafka", 1)}:${String(ports.controller)}`,
    "controller.listener.names": "CONTROLLER",
    "ssl.client.auth": "none",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
    "listener.name.scram.scram-sha-512.sasl.jaas.config":
      "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "listener.name.scram.plain.sasl.jaas.config":
      "org.apache.kafka.common.security.plain.PlainLoginModule required " +
      plain.map(({ username, password }) => `user_${username}="${password}"`).join(" ") +
      ";",
    // Who comes by IAM, and the brokers themselves.
    "super.users": `User:ANONYMOUS;User:${connector.username}`,
  });
}
