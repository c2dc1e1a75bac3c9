import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClickHouseConnection, ConsumerLogin } from "../../scripts/connection.ts";
import { certificateOf } from "../../scripts/kafka-connection.ts";
import { dnsLabel, inputHash } from "../job/names.ts";
import {
  byDigest,
  labelsOf,
  reachedBy,
  type KubernetesCluster,
  type Transform,
} from "../kubernetes/context.ts";
import { admit, type Peer } from "../kubernetes/network.ts";
import { Key } from "../local/key.ts";
import { backupDisk, database, kafkaFiles, ports, type VaultDisk } from "./kubernetes-config.ts";
import { clusterName, installationSpec, type InstallationSpec } from "./kubernetes-installation.ts";

/** ClickHouse's login at Kafka: of the epoch in force, and of no other. */
export type KafkaLogin =
  | {
      readonly kind: "scram";
      /** For example `clickhouse-e7`. */
      readonly username: pulumi.Input<string>;
      readonly password: pulumi.Input<string>;
    }
  | {
      readonly kind: "certificate";
      readonly consumer: pulumi.Input<ConsumerLogin>;
      /** PEM of the CA of Kafka's TLS listener. */
      readonly ca: pulumi.Input<string>;
    };

/** How the servers log in to the vault: as the epoch's backup writer, or as their service account. */
export type VaultLogin =
  | {
      readonly kind: "keys";
      readonly accessKeyId: pulumi.Input<string>;
      readonly secretAccessKey: pulumi.Input<string>;
    }
  | { readonly kind: "environment" };

export interface KubernetesClickHouseArgs {
  readonly cluster: KubernetesCluster;
  /** The official image, or one with its user and entry point, by digest. */
  readonly image: string;
  /**
   * Parts that events are spread over, each event in that of its identity; sums lie in the first one.
   *
   * @remarks Recovery: every shard saves and restores its own rows, all at once: more of them shorten both. A backup
   * comes back to as many as it was taken of, and a cluster that holds events keeps their number.
   * @default 1
   */
  readonly shards?: number;
  /**
   * Copies of each shard, every one in a zone of its own.
   * @remarks Recovery: the loss of a zone is no disaster.
   * @default 2
   */
  readonly replicas?: number;
  /** Names of the zones, for example `eu-central-1a`; at least as many as replicas. */
  readonly zones: readonly string[];
  /** A class of gp3 volumes that waits for its pod, so that the volume is in the pod's zone. */
  readonly storageClass: pulumi.Input<string>;
  /** Of each replica. @default "200Gi" */
  readonly storage?: string;
  /** Asked for by each replica. @default "2" */
  readonly cpu?: string;
  /** Of each replica, at most and at least. @default "8Gi" */
  readonly memory?: string;
  /** Members of the ensemble. */
  readonly zookeeper: pulumi.Input<readonly { readonly host: string; readonly port: number }[]>;
  /** `user:password` by which ClickHouse owns its znodes. */
  readonly zookeeperIdentity: pulumi.Input<string>;
  /** Bucket of the backups, in the cluster's own region. */
  readonly vault: pulumi.Input<VaultDisk>;
  readonly vaultLogin: VaultLogin;
  readonly kafka: KafkaLogin;
  /** Networks of the pods, in CIDR notation: from nowhere else anybody logs in. */
  readonly networks: readonly string[];
  /** Namespace of the operator, which is let in. @default "clickhouse-operator" */
  readonly operatorNamespace?: string;
  /** Applications that read. @default nobody but steps */
  readonly clientsFrom?: readonly Peer[];
  /** Who may read metrics. @default nobody */
  readonly metricsFrom?: readonly Peer[];
  /** On the servers' service account, for example the IAM role of IRSA. @default none */
  readonly serviceAccountAnnotations?: pulumi.Input<Record<string, string>>;
  /** How long servers may take to start, with the loading of their parts. @default 60 */
  readonly timeoutMinutes?: number;
  /** Which recovery this cluster comes from; it gets names and volumes of its own. */
  readonly recoveryId?: string;
  readonly transform?: { readonly installation?: Transform<InstallationSpec> };
}

/** Names of hosts are `chi-{this}-main-0-0-0`, and labels of pods hold them (63 characters). */
const longestName = 36;

/**
 * ClickHouse on Kubernetes, by the Altinity operator. It holds no Kafka table after a start: the ingest
 * step makes them, on the first replica of the first shard, which is where `connection` leads.
 *
 * @remarks Recovery: volumes stay whatever is deleted; a cluster that is brought back has another recovery id
 * and never touches the lost one's volumes. Logins come from one Secret whose name changes with them, so
 * that a new epoch's login reaches the servers by a rolling restart.
 */
export class KubernetesClickHouse extends pulumi.ComponentResource {
  /** The first replica of the first shard, and of the others. */
  readonly connection: pulumi.Output<ClickHouseConnection>;
  /** Changes with every new configuration or login: servers restart, and forget the streaming tables. */
  readonly generation: pulumi.Output<string>;

  private readonly args: KubernetesClickHouseArgs;
  private readonly name: string;
  private readonly physical: string;
  private readonly options: pulumi.CustomResourceOptions;

  constructor(
    name: string,
    args: KubernetesClickHouseArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("recover:clickhouse:KubernetesClickHouse", name, {}, opts);
    check(args);
    this.args = args;
    this.name = name;
    this.physical = dnsLabel(
      `${name}${args.recoveryId === undefined ? "" : `-${args.recoveryId}`}`,
      longestName,
    );
    this.options = { parent: this, provider: args.cluster.provider };

    const password = (login: string) =>
      new Key(`${name}-${login}`, { kind: "password" }, { parent: this }).value;
    const passwords = {
      admin: password("admin"),
      reader: password("reader"),
      cluster: password("cluster"),
    };
    const secret = this.createSecret(passwords);
    const account = this.createAccount();
    this.admitPeers();
    const spec = this.spec(secret, account);
    const installation = this.createInstallation(spec);

    this.generation = pulumi.unsecret(spec.apply(inputHash));
    this.connection = pulumi.secret(
      pulumi
        .all([passwords.admin, passwords.reader, args.cluster.namespace, installation.metadata])
        .apply(([admin, reader, namespace]) => ({
          ...this.addresses(namespace),
          username: "admin",
          password: admin,
          database,
          backupDisk,
          reader: { username: "reader", password: reader },
        })),
    );
    this.registerOutputs({ connection: this.connection, generation: this.generation });
  }

  /** The first replica of each shard, in the order of the operator's list of them. */
  private addresses(namespace: string): Pick<ClickHouseConnection, "url" | "sharded"> {
    const address = (shard: number): string =>
      `http://chi-${this.physical}-${clusterName}-${shard}-0.${namespace}.svc.cluster.local:${ports.http}`;
    const others = Array.from({ length: (this.args.shards ?? 1) - 1 }, (_, at) => address(at + 1));
    return {
      url: address(0),
      ...(others.length === 0 ? {} : { sharded: { cluster: clusterName, others } }),
    };
  }

  /** All credentials of the servers, under a name that changes with them. */
  private createSecret(passwords: {
    admin: pulumi.Output<string>;
    reader: pulumi.Output<string>;
    cluster: pulumi.Output<string>;
  }): pulumi.Output<string> {
    const { kafka, vaultLogin, zookeeperIdentity, cluster } = this.args;
    const data = pulumi.secret(
      pulumi
        .output({ passwords, kafka, vaultLogin, zookeeperIdentity })
        .apply((all): Record<string, string> => ({
          "admin-password-sha256": sha256(all.passwords.admin),
          "reader-password-sha256": sha256(all.passwords.reader),
          "cluster-secret": all.passwords.cluster,
          "zookeeper-identity": all.zookeeperIdentity,
          ...(all.kafka.kind === "scram"
            ? { "kafka-username": all.kafka.username, "kafka-password": all.kafka.password }
            : {
                [`kafka-${kafkaFiles.ca}`]: all.kafka.ca,
                [`kafka-${kafkaFiles.certificate}`]: certificateOf(all.kafka.consumer).certificate,
                [`kafka-${kafkaFiles.privateKey}`]: certificateOf(all.kafka.consumer).privateKey,
              }),
          ...(all.vaultLogin.kind === "keys"
            ? {
                "vault-access-key-id": all.vaultLogin.accessKeyId,
                "vault-secret-access-key": all.vaultLogin.secretAccessKey,
              }
            : {}),
        })),
    );
    const secret = new kubernetes.core.v1.Secret(
      `${this.name}-logins`,
      {
        metadata: {
          name: pulumi.unsecret(data.apply((all) => `${this.physical}-${inputHash(all)}`)),
          namespace: cluster.namespace,
          labels: labelsOf("clickhouse", this.physical),
        },
        immutable: true,
        stringData: data,
      },
      this.options,
    );
    return secret.metadata.apply(({ name }) => name);
  }

  private createAccount(): pulumi.Output<string> {
    const { cluster, serviceAccountAnnotations: annotations } = this.args;
    const account = new kubernetes.core.v1.ServiceAccount(
      `${this.name}-account`,
      {
        metadata: {
          name: this.physical,
          namespace: cluster.namespace,
          labels: labelsOf("clickhouse", this.physical),
          ...(annotations === undefined ? {} : { annotations }),
        },
        automountServiceAccountToken: false,
      },
      this.options,
    );
    return account.metadata.apply(({ name }) => name);
  }

  private admitPeers(): void {
    const { args, physical } = this;
    const mine = { "clickhouse.altinity.com/chi": physical };
    const operator = {
      namespaceSelector: {
        matchLabels: {
          "kubernetes.io/metadata.name": args.operatorNamespace ?? "clickhouse-operator",
        },
      },
    };
    const { http, tcp, interserver, metrics } = ports;
    admit(
      this.name,
      {
        cluster: args.cluster,
        physical,
        labels: labelsOf("clickhouse", physical),
        pods: mine,
        admissions: {
          peers: {
            from: [{ podSelector: { matchLabels: mine } }],
            ports: [http, tcp, interserver],
          },
          steps: { from: [reachedBy("clickhouse")], ports: [http] },
          operator: { from: [operator], ports: [http, tcp] },
          clients: { from: args.clientsFrom ?? [], ports: [http, tcp] },
          metrics: { from: args.metricsFrom ?? [], ports: [metrics] },
        },
      },
      this.options,
    );
  }

  private spec(
    secret: pulumi.Output<string>,
    serviceAccount: pulumi.Output<string>,
  ): pulumi.Output<InstallationSpec> {
    const { args } = this;
    const transform = args.transform?.installation ?? ((same) => same);
    return pulumi
      .all([args.zookeeper, args.vault, args.storageClass, secret, serviceAccount])
      .apply(([zookeeper, vault, storageClass, secretName, account]) =>
        transform(
          installationSpec({
            image: args.image,
            shards: args.shards ?? 1,
            replicas: args.replicas ?? 2,
            zones: args.zones,
            storageClass,
            storage: args.storage ?? "200Gi",
            cpu: args.cpu ?? "2",
            memory: args.memory ?? "8Gi",
            zookeeper,
            networks: args.networks,
            kafka: args.kafka.kind,
            vault,
            vaultLogin: args.vaultLogin.kind,
            secret: secretName,
            serviceAccount: account,
          }),
        ),
      );
  }

  private createInstallation(
    spec: pulumi.Output<InstallationSpec>,
  ): kubernetes.apiextensions.CustomResource {
    const { cluster, timeoutMinutes = 60 } = this.args;
    const timeout = `${timeoutMinutes}m`;
    return new kubernetes.apiextensions.CustomResource(
      `${this.name}-installation`,
      {
        apiVersion: "clickhouse.altinity.com/v1",
        kind: "ClickHouseInstallation",
        metadata: {
          name: this.physical,
          namespace: cluster.namespace,
          labels: labelsOf("clickhouse", this.physical),
          // Steps come after servers that answer. Pulumi knows no readiness of custom resources by itself.
          annotations: { "pulumi.com/waitFor": "jsonpath={.status.status}=Completed" },
        },
        spec,
      },
      { ...this.options, protect: true, customTimeouts: { create: timeout, update: timeout } },
    );
  }
}

function check(args: KubernetesClickHouseArgs): void {
  byDigest("image", args.image);
  const { shards = 1, replicas = 2, zones } = args;
  if (!Number.isInteger(shards) || shards < 1) {
    throw new Error(`shards is ${shards}: write a whole number from 1.`);
  }
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > new Set(zones).size) {
    throw new Error(
      `replicas is ${replicas} and zones are ${zones.join(", ")}: each replica of a shard needs a zone of ` +
        "its own, or a lost zone takes several at once. Name more zones, or write fewer replicas.",
    );
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
