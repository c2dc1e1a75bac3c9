import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Connection, VaultSide } from "../../scripts/connection.ts";
import { KubernetesCronJob } from "../job/cron.ts";
import { dnsLabel, inputHash } from "../job/names.ts";
import type { KubernetesRunner } from "../job/runner.ts";
import {
  byDigest,
  labelsOf,
  reachedBy,
  reachLabels,
  type KubernetesCluster,
  type Off,
  type Transform,
} from "../kubernetes/context.ts";
import { admit, type Peer } from "../kubernetes/network.ts";
import { connect, type ConnectionParts } from "../local/context.ts";
import { Key } from "../local/key.ts";
import {
  checkMembers,
  checkVersion,
  logback,
  ports,
  startScript,
  superCfg,
  zooCfg,
} from "./kubernetes-config.ts";
import { memberPod } from "./kubernetes-pod.ts";

type StatefulSetArgs = kubernetes.apps.v1.StatefulSetArgs;

/** When snapshots go to the vault, and with which login. */
export interface SnapshotExport {
  readonly runner: KubernetesRunner;
  /** Who exports, with the epoch in force: snapshots lie under its prefix. */
  readonly base: ConnectionParts;
  /** The epoch's backup login. */
  readonly vault: pulumi.Input<VaultSide>;
  /** Five fields, UTC. */
  readonly cron: string;
}

export interface KubernetesZooKeeperArgs {
  readonly cluster: KubernetesCluster;
  /** The official image, or one with its paths, by digest. */
  readonly image: string;
  /** Of ZooKeeper in the image, 3.9.4 or newer: a digest does not tell it. */
  readonly version: string;
  /**
   * 3 or 5.
   * @remarks Recovery: 3 survive the loss of one zone, 5 of a zone and a node more.
   * @default 3
   */
  readonly members?: number;
  /** Zones of the node groups; members are spread over all of them, or not scheduled. @default 3 */
  readonly zones?: number;
  /** A class of gp3 volumes that waits for its pod, so that the volume is in the pod's zone. */
  readonly storageClass: pulumi.Input<string>;
  /** @default "20Gi" */
  readonly storage?: string;
  /** @default 1024 */
  readonly heapMegabytes?: number;
  /**
   * @remarks Recovery: ClickHouse is recovered without a snapshot (`SYSTEM RESTORE REPLICA`); a snapshot is
   * what else lies in the ensemble.
   */
  readonly snapshots: SnapshotExport | Off;
  /** Who may read metrics. @default nobody */
  readonly metricsFrom?: readonly Peer[];
  /**
   * Which recovery this ensemble comes from; it gets names and volumes of its own.
   * @default none: the first ensemble
   */
  readonly recoveryId?: string;
  readonly transform?: { readonly statefulSet?: Transform<StatefulSetArgs> };
}

/** User of ClickHouse's znodes; nobody else but `super` reads or changes them. */
const clickhouseUser = "clickhouse";

/**
 * A ZooKeeper ensemble on Kubernetes, for ClickHouse. MSK brings its own coordination, which is no part
 * of this.
 *
 * @remarks Recovery: volumes stay when the ensemble is deleted or made smaller; at most one member is taken
 * away on purpose at a time, and a lost ensemble is replaced by a fresh one under another recovery id.
 */
export class KubernetesZooKeeper extends pulumi.ComponentResource {
  readonly connection: pulumi.Output<NonNullable<Connection["zookeeper"]>>;
  /** Members for the operator's resource of ClickHouse. */
  readonly nodes: pulumi.Output<{ host: string; port: number }[]>;
  /** `user:password` by which ClickHouse owns its znodes. */
  readonly clickhouseIdentity: pulumi.Output<string>;
  /** One address for all members, for people and dashboards. */
  readonly service: pulumi.Output<string>;

  private readonly args: KubernetesZooKeeperArgs;
  private readonly name: string;
  /** Name of the StatefulSet and of its headless Service. */
  private readonly physical: string;
  private readonly labels: Record<string, string>;
  private readonly members: 3 | 5;
  private readonly options: pulumi.CustomResourceOptions;

  constructor(name: string, args: KubernetesZooKeeperArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:zookeeper:KubernetesZooKeeper", name, {}, opts);
    checkVersion(args.version);
    byDigest("image", args.image);
    this.members = checkMembers(args.members ?? 3);
    this.args = args;
    this.name = name;
    // Pods of it are named with a number after it, and their names are part of DNS names.
    this.physical = dnsLabel(
      `${name}${args.recoveryId === undefined ? "" : `-${args.recoveryId}`}`,
      50,
    );
    this.labels = labelsOf("zookeeper", this.physical);
    this.options = { parent: this, provider: args.cluster.provider };

    const superKey = new Key(`${name}-super`, { kind: "password" }, { parent: this });
    const clickhouseKey = new Key(`${name}-clickhouse`, { kind: "password" }, { parent: this });
    const hosts = this.hosts();
    const config = this.createConfig(hosts);
    const login = this.createLogin(superKey.value);
    this.createServices();
    this.admitPeers();
    this.createDisruptionBudget();
    const ensemble = this.createMembers(config, login);

    const up = pulumi.all([ensemble.metadata, hosts]).apply(([, all]) => all);
    this.nodes = up.apply((all) => all.map((host) => ({ host, port: ports.client })));
    this.service = pulumi.interpolate`${this.physical}-client.${args.cluster.namespace}.svc:${ports.client}`;
    this.clickhouseIdentity = pulumi.secret(
      pulumi.interpolate`${clickhouseUser}:${clickhouseKey.value}`,
    );
    this.connection = pulumi.secret(
      pulumi.all([up, superKey.value]).apply(([all, superPassword]) => ({
        members: all.map((host) => ({
          client: `${host}:${ports.client}`,
          admin: `http://${host}:${ports.admin}`,
        })),
        superPassword,
        // MSK brings its own coordination.
        serves: "clickhouse" as const,
      })),
    );
    this.createSnapshots();
    this.registerOutputs({
      connection: this.connection,
      nodes: this.nodes,
      clickhouseIdentity: this.clickhouseIdentity,
      service: this.service,
    });
  }

  private hosts(): pulumi.Output<string[]> {
    const { physical, members } = this;
    return pulumi
      .output(this.args.cluster.namespace)
      .apply((namespace) =>
        Array.from(
          { length: members },
          (_, index) => `${physical}-${index}.${physical}.${namespace}.svc.cluster.local`,
        ),
      );
  }

  private metadata(suffix = ""): kubernetes.types.input.meta.v1.ObjectMeta {
    return {
      name: this.physical + suffix,
      namespace: this.args.cluster.namespace,
      labels: this.labels,
    };
  }

  private createConfig(hosts: pulumi.Output<string[]>): {
    name: pulumi.Output<string>;
    hash: pulumi.Output<string>;
  } {
    const data = hosts.apply((all) => ({
      "zoo.cfg": zooCfg(all),
      "logback.xml": logback,
      "start.sh": startScript,
    }));
    const map = new kubernetes.core.v1.ConfigMap(
      `${this.name}-config`,
      { metadata: this.metadata("-config"), data },
      this.options,
    );
    return { name: map.metadata.apply(({ name }) => name), hash: data.apply(inputHash) };
  }

  private createLogin(password: pulumi.Output<string>): pulumi.Output<string> {
    const secret = new kubernetes.core.v1.Secret(
      `${this.name}-login`,
      {
        metadata: this.metadata("-login"),
        stringData: { "super.cfg": pulumi.secret(password).apply(superCfg) },
      },
      this.options,
    );
    return secret.metadata.apply(({ name }) => name);
  }

  private createServices(): void {
    const service = (suffix: string, spec: kubernetes.types.input.core.v1.ServiceSpec) =>
      new kubernetes.core.v1.Service(
        `${this.name}-${suffix}`,
        {
          metadata: this.metadata(suffix === "headless" ? "" : `-${suffix}`),
          spec: { ...spec, selector: this.labels },
        },
        this.options,
      );
    service("headless", {
      clusterIP: "None",
      // Members find each other before they have a quorum, and so before they are ready.
      publishNotReadyAddresses: true,
      ports: Object.entries(ports).map(([name, port]) => ({ name, port })),
    });
    service("client", { type: "ClusterIP", ports: [{ name: "client", port: ports.client }] });
  }

  private admitPeers(): void {
    const { args, physical, labels } = this;
    const jobs = {
      podSelector: {
        matchLabels: { "app.kubernetes.io/name": "job", ...reachLabels(["zookeeper"]) },
      },
    };
    const peers = { podSelector: { matchLabels: labels } };
    admit(
      this.name,
      {
        cluster: args.cluster,
        physical,
        labels,
        pods: labels,
        admissions: {
          peers: { from: [peers], ports: [ports.quorum, ports.election] },
          clients: { from: [reachedBy("zookeeper")], ports: [ports.client] },
          jobs: { from: [jobs], ports: [ports.admin] },
          metrics: { from: args.metricsFrom ?? [], ports: [ports.metrics] },
        },
      },
      this.options,
    );
  }

  private createDisruptionBudget(): void {
    new kubernetes.policy.v1.PodDisruptionBudget(
      `${this.name}-disruption`,
      {
        metadata: this.metadata(),
        spec: { maxUnavailable: 1, selector: { matchLabels: this.labels } },
      },
      this.options,
    );
  }

  private createMembers(
    config: { name: pulumi.Output<string>; hash: pulumi.Output<string> },
    login: pulumi.Output<string>,
  ): kubernetes.apps.v1.StatefulSet {
    const { args, labels } = this;
    const account = new kubernetes.core.v1.ServiceAccount(
      `${this.name}-account`,
      { metadata: this.metadata(), automountServiceAccountToken: false },
      this.options,
    );
    const set: StatefulSetArgs = {
      metadata: this.metadata(),
      spec: {
        serviceName: this.physical,
        replicas: this.members,
        // In order, the first would wait for ever: it is ready only with a quorum.
        podManagementPolicy: "Parallel",
        updateStrategy: { type: "RollingUpdate" },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: { matchLabels: labels },
        template: memberPod({
          image: args.image,
          labels,
          zones: args.zones ?? 3,
          heapMegabytes: args.heapMegabytes ?? 1024,
          config: config.name,
          login,
          configHash: config.hash,
          serviceAccount: account.metadata.apply(({ name }) => name),
        }),
        volumeClaimTemplates: [
          {
            metadata: { name: "data", labels },
            spec: {
              accessModes: ["ReadWriteOnce"],
              storageClassName: args.storageClass,
              resources: { requests: { storage: args.storage ?? "20Gi" } },
            },
          },
        ],
      },
    };
    const transform = args.transform?.statefulSet ?? ((same) => same);
    return new kubernetes.apps.v1.StatefulSet(`${this.name}-members`, transform(set), {
      ...this.options,
      protect: true,
    });
  }

  private createSnapshots(): void {
    const { snapshots } = this.args;
    if ("off" in snapshots) {
      void pulumi.log.warn(`ZooKeeper snapshots are off: ${snapshots.off}`, this);
      return;
    }
    const { runner, base, vault, cron } = snapshots;
    new KubernetesCronJob(
      `${this.name}-snapshot`,
      {
        runner,
        command: "zookeeper-snapshot",
        connection: connect({ ...base, zookeeper: this.connection, vault }),
        cron,
        timeoutMinutes: 30,
        reaches: ["zookeeper"],
      },
      { parent: this },
    );
  }
}
