import * as pulumi from "@pulumi/pulumi";
import { kafkaBroker, type KafkaCoordination } from "../../engines/kafka.ts";
import type { ConsumerLogin, KafkaConnection } from "../../scripts/connection.ts";
import { homeOf, type LocalRegion } from "../local/context.ts";
import { Key } from "../local/key.ts";
import { Process } from "../local/process.ts";

export interface LocalKafkaArgs {
  readonly region: LocalRegion;
  /** `zookeeper`: needs `ensemble`. */
  readonly mode: "zookeeper" | "kraft";
  readonly ensemble?: {
    readonly connect: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
  };
  readonly topic: string;
  readonly partitions: number;
  /** Epochs of ClickHouse's logins, oldest first; the last one is the current. */
  readonly consumerEpochs: readonly pulumi.Input<number>[];
}

/** Replicas of every partition; both must have a record before it is acknowledged. */
const replicas = 2;

/**
 * Two Kafka brokers on this machine: client certificates on one listener, SCRAM on the other, nothing
 * allowed that no ACL allows.
 *
 * @remarks Recovery: what lies in Kafka alone is lost with the region; the archive bounds that.
 */
export class LocalKafka extends pulumi.ComponentResource {
  /** The cluster id is empty in ZooKeeper mode: the topology step reads it from the brokers. */
  readonly connection: pulumi.Output<KafkaConnection>;
  /** The same without ClickHouse's logins: a new epoch's login does not change it. */
  readonly withoutConsumers: pulumi.Output<KafkaConnection>;
  /** ClickHouse's login of each epoch, oldest first. */
  readonly consumers: readonly pulumi.Output<ConsumerLogin>[];
  /** PEM of the CA of brokers and clients; known before any broker is up. */
  readonly ca: pulumi.Output<string>;

  constructor(name: string, args: LocalKafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:kafka:LocalKafka", name, {}, opts);
    const parent = { parent: this };
    const { region } = args;
    const ca = new Key(`${name}-ca`, { kind: "ca", commonName: "recover kafka" }, parent);
    const certificate = (suffix: string, commonName: pulumi.Input<string>, hosts?: string[]) =>
      new Key(
        `${name}-${suffix}`,
        {
          kind: "certificate",
          commonName,
          caCertificate: ca.certificate,
          caPrivateKey: ca.privateKey,
          ...(hosts === undefined ? {} : { hosts }),
        },
        parent,
      );
    const broker = certificate("broker", "broker", ["localhost", "127.0.0.1"]);
    const admin = certificate("admin-certificate", "admin");
    const password = (login: string) =>
      new Key(`${name}-${login}`, { kind: "password" }, parent).value.apply((secret) => ({
        username: login,
        password: secret,
      }));
    const kraftId = new Key(`${name}-cluster-id`, { kind: "clusterId" }, parent);
    const coordination = coordinate(args, kraftId.value);
    const brokers = region.ports.kafka.map(
      (ports, index) =>
        new Process(
          `${name}-${String(index + 1)}`,
          pulumi
            .output({
              metadata: coordination,
              tls: {
                ca: ca.certificate,
                certificate: broker.certificate,
                privateKey: broker.privateKey,
              },
            })
            .apply(({ metadata, tls }) =>
              kafkaBroker({
                name: `${region.name}/kafka-${String(index + 1)}`,
                home: homeOf(region, `kafka-${String(index + 1)}`),
                java: region.tools.java,
                libs: region.tools.kafkaLibs,
                id: index + 1,
                coordination: metadata,
                ports: { sasl: ports.sasl, tls: ports.tls },
                tls,
                replicationFactor: replicas,
                minInsyncReplicas: replicas,
              }),
            ),
          parent,
        ),
    );
    const logins = args.consumerEpochs.map((epoch, index) => {
      const key = certificate(
        `clickhouse-${String(index + 1)}`,
        pulumi.output(epoch).apply((n) => `clickhouse-e${String(n)}`),
      );
      return pulumi
        .output({ epoch, certificate: key.certificate, privateKey: key.privateKey })
        .apply((login): ConsumerLogin => ({
          ...login,
          name: `clickhouse-e${String(login.epoch)}`,
        }));
    });
    this.consumers = logins;
    this.ca = ca.certificate;
    const addresses = (port: (ports: LocalRegion["ports"]["kafka"][number]) => number) =>
      region.ports.kafka.map((ports) => `127.0.0.1:${String(port(ports))}`).join(",");
    this.withoutConsumers = pulumi.secret(
      pulumi
        .output({
          ca: ca.certificate,
          clusterId: args.mode === "kraft" ? kraftId.value : "",
          admin: password("admin"),
          adminCertificate: {
            certificate: admin.certificate,
            privateKey: admin.privateKey,
          },
          producer: password("producer"),
          archiver: password("archiver"),
          homes: brokers.map((each) => each.home),
        })
        .apply(({ homes: _, ...known }): KafkaConnection => ({
          ...known,
          bootstrap: addresses((ports) => ports.sasl),
          tlsBootstrap: addresses((ports) => ports.tls),
          topic: args.topic,
          partitions: args.partitions,
          replicationFactor: replicas,
          group: "clickhouse",
          formerConsumers: [],
        })),
    );
    this.connection = pulumi.secret(
      pulumi
        .output({ known: this.withoutConsumers, all: logins })
        .apply(({ known, all }): KafkaConnection => {
          const consumer = all.at(-1);
          return {
            ...known,
            ...(consumer === undefined ? {} : { consumer }),
            formerConsumers: all.slice(0, -1),
          };
        }),
    );
    this.registerOutputs({
      connection: this.connection,
      withoutConsumers: this.withoutConsumers,
      consumers: this.consumers,
      ca: this.ca,
    });
  }
}

function coordinate(
  args: LocalKafkaArgs,
  clusterId: pulumi.Output<string>,
): pulumi.Output<KafkaCoordination> {
  const controller = args.region.ports.kafka[0]?.controller;
  if (args.mode === "kraft") {
    return clusterId.apply((id): KafkaCoordination => ({
      kind: "kraft",
      clusterId: id,
      controller: { id: 1, port: controller ?? 0 },
    }));
  }
  if (args.ensemble === undefined) {
    throw new Error(
      "Kafka in ZooKeeper mode needs `ensemble`: pass the ZooKeeper component's outputs.",
    );
  }
  return pulumi
    .all([args.ensemble.connect, args.ensemble.password])
    .apply(([connect, password]): KafkaCoordination => ({ kind: "zookeeper", connect, password }));
}
