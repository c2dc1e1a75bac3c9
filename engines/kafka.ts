import { join } from "node:path";
import { renderServerProperties } from "./kafka-config.ts";
import type { ProcessSpec } from "./process.ts";
import { renderJaas, renderLog4j } from "./properties.ts";

/** Who keeps the cluster's metadata. */
export type KafkaCoordination =
  | {
      readonly kind: "zookeeper";
      /** `host:port,…/chroot`. The cluster id is made by the first broker: read it back. */
      readonly connect: string;
      /** Of the SASL user `kafka` of the ensemble. */
      readonly password: string;
    }
  | {
      readonly kind: "kraft";
      /** 22 characters of base64url: a UUID, made once. */
      readonly clusterId: string;
      /** The broker that is also the controller, and its controller listener. */
      readonly controller: { readonly id: number; readonly port: number };
    };

export interface KafkaBrokerOptions {
  /** Unique inside a platform, for example `east/kafka-1`. */
  readonly name: string;
  /** Absolute folder. */
  readonly home: string;
  /** Absolute path of the `java` program (17 or newer). */
  readonly java: string;
  /** Absolute folder with the jars of Kafka 3.9. */
  readonly libs: string;
  readonly id: number;
  readonly coordination: KafkaCoordination;
  readonly ports: {
    /** SCRAM-SHA-512 logins without encryption: loopback only. */
    readonly sasl: number;
    /** Client certificates, and the other brokers. */
    readonly tls: number;
  };
  /** PEM. Subject `CN=broker`, names `localhost` and `127.0.0.1`, key RSA or EC in PKCS#8. */
  readonly tls: { readonly ca: string; readonly certificate: string; readonly privateKey: string };
  /** Of topics that say nothing else, and of Kafka's own. */
  readonly replicationFactor: number;
  /** Replicas that must have a record before it is acknowledged. */
  readonly minInsyncReplicas: number;
  /** @default 7 days */
  readonly retentionSeconds?: number;
  /** Of one partition, in bytes. @default 1 GiB */
  readonly retentionBytesPerPartition?: number;
  /** @default 256 */
  readonly heapMegabytes?: number;
}

/**
 * A Kafka 3.9 broker. It counts as ready when it answers on its TLS listener and the cluster lists
 * it at that very port: a foreign broker there, or one that has not registered, does not.
 */
export function kafkaBroker(options: KafkaBrokerOptions): ProcessSpec {
  const { coordination } = options;
  const conf = join(options.home, "conf");
  const data = join(options.home, "data");
  const config = join(conf, "server.properties");
  const classPath = ["-cp", join(options.libs, "*")];
  const heap = options.heapMegabytes ?? 256;
  const isController = coordination.kind === "kraft" && coordination.controller.id === options.id;
  return {
    name: options.name,
    home: options.home,
    argv: [
      ...awaitFormerSelf(options),
      options.java,
      "-Xms64m",
      `-Xmx${String(heap)}m`,
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:+ExitOnOutOfMemoryError",
      "-Djava.awt.headless=true",
      "-Djava.net.preferIPv4Stack=true",
      `-Dlog4j.configuration=file:${join(conf, "log4j.properties")}`,
      ...(coordination.kind === "zookeeper"
        ? [`-Djava.security.auth.login.config=${join(conf, "jaas.conf")}`]
        : []),
      ...classPath,
      "kafka.Kafka",
      config,
    ],
    files: [
      { path: "conf/server.properties", content: renderServerProperties(options, data) },
      {
        path: "conf/log4j.properties",
        content: renderLog4j(join(options.home, "log", "broker.log")),
      },
      {
        path: "conf/health.json",
        content: JSON.stringify({ id: options.id, port: options.ports.tls, ...options.tls }),
      },
      ...(coordination.kind === "zookeeper"
        ? [
            {
              path: "conf/jaas.conf",
              content: renderJaas("Client", "org.apache.zookeeper.server.auth.DigestLoginModule", {
                username: "kafka",
                password: coordination.password,
              }),
            },
          ]
        : []),
    ],
    ...(coordination.kind === "kraft"
      ? {
          initialize: [
            [
              options.java,
              "-Xmx96m",
              "-XX:TieredStopAtLevel=1",
              ...classPath,
              "kafka.tools.StorageTool",
              "format",
              // In one argument: an id may begin with a dash.
              `--cluster-id=${coordination.clusterId}`,
              "-c",
              config,
            ],
          ],
        }
      : {}),
    ports: {
      ...options.ports,
      ...(isController ? { controller: coordination.controller.port } : {}),
    },
    health: {
      kind: "command",
      argv: [
        process.execPath,
        join(import.meta.dirname, "kafka-health.ts"),
        join(conf, "health.json"),
      ],
    },
    startTimeoutSeconds: 90,
    stopTimeoutSeconds: 20,
  };
}

/** In front of the broker's own command line; `exec` keeps the process, so that signals reach it. */
function awaitFormerSelf({ coordination, id }: KafkaBrokerOptions): string[] {
  if (coordination.kind !== "zookeeper") return [];
  return [
    "/bin/sh",
    "-c",
    '"$1" "$2" "$3" "$4"; shift 4; exec "$@"',
    "sh",
    process.execPath,
    join(import.meta.dirname, "kafka-await.ts"),
    coordination.connect,
    String(id),
  ];
}
