import { readdirSync, readFileSync } from "node:fs";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ControlBucket } from "../../scripts/connection.ts";
import { endpointOf } from "../../scripts/s3-access.ts";
import { byDigest, labelsOf, type KubernetesCluster } from "../kubernetes/context.ts";
import type { ConnectionParts } from "../local/context.ts";

/** The bundle of scripts in the control bucket: what Jobs run. */
export interface StoredBundle {
  /** Known only once it is uploaded: Jobs come after it. */
  readonly key: pulumi.Input<string>;
  /** Of the archive before compression. */
  readonly sha256: pulumi.Input<string>;
}

export interface KubernetesRunnerArgs {
  readonly cluster: KubernetesCluster;
  /** A Node image (22.18 or newer) by digest; nothing else of it is used, not even a shell. */
  readonly image: string;
  readonly bundle: StoredBundle;
  /** Who runs the commands: stack, role, region, owner, line, epoch. */
  readonly base: ConnectionParts;
  /** The control bucket, as the machine that runs `pulumi up` reaches it. */
  readonly control: pulumi.Input<ControlBucket>;
  /**
   * How pods log in to the control bucket, for the scripts and for results: by their service accounts'
   * IAM roles (EKS Pod Identity), or with keys.
   * @default "pod-identity"
   */
  readonly podLogin?:
    "pod-identity" | { readonly accessKeyId: string; readonly secretAccessKey: string };
  /**
   * Ports that the pods may connect to, beside DNS.
   * @default S3 and other AWS services, Pod Identity, Kafka, PostgreSQL, ClickHouse, ZooKeeper
   */
  readonly egressPorts?: readonly number[];
}

/** 80: the agent of EKS Pod Identity; 909x: MSK by TLS, SCRAM and IAM. */
const defaultEgress = [80, 443, 2181, 5432, 8080, 8123, 9000, 9094, 9096, 9098];

const sources = new URL("./bootstrap/", import.meta.url);

/**
 * What Jobs, CronJobs and daemons of a stack share: the bootstrap, where their scripts are, how they
 * reach the control bucket, and what they may connect to.
 *
 * @remarks Recovery: no image registry of ours has to answer on the worst day. The control bucket lies in
 * the standby's region, and a stock Node image can be mirrored there beforehand.
 */
export class KubernetesRunner extends pulumi.ComponentResource {
  readonly cluster: KubernetesCluster;
  readonly image: string;
  readonly base: ConnectionParts;
  readonly control: pulumi.Input<ControlBucket>;
  /** Name of the ConfigMap that pods start from. */
  readonly bootstrap: pulumi.Output<string>;

  private readonly args: KubernetesRunnerArgs;

  constructor(name: string, args: KubernetesRunnerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:job:KubernetesRunner", name, {}, opts);
    this.args = args;
    this.cluster = args.cluster;
    this.image = byDigest("image", args.image);
    this.base = args.base;
    this.control = args.control;
    this.bootstrap = this.createBootstrap(name);
    this.createNetworkPolicy(name);
    this.registerOutputs({ bootstrap: this.bootstrap });
  }

  /** `runner.json`, as the bootstrap reads it. @param results folder of results in the control bucket */
  settings(results?: pulumi.Input<string>): pulumi.Output<string> {
    const { bundle, podLogin = "pod-identity" } = this.args;
    return pulumi
      .all([this.control, bundle.key, bundle.sha256, results])
      .apply(([control, key, sha256, folder]) =>
        JSON.stringify({
          control: {
            endpoint: endpointOf(control),
            region: control.region,
            bucket: control.bucket,
            ...(podLogin === "pod-identity" ? {} : podLogin),
          },
          bundle: { key, sha256 },
          ...(folder === undefined ? {} : { results: folder }),
        }),
      );
  }

  /** Changed in place: a Job that has ended well does not run again because the bootstrap was edited. */
  private createBootstrap(name: string): pulumi.Output<string> {
    const files = readdirSync(sources).filter((file) => /^[a-z0-9]+\.ts$/.test(file));
    const map = new kubernetes.core.v1.ConfigMap(
      `${name}-bootstrap`,
      {
        metadata: {
          name: `${name}-bootstrap`,
          namespace: this.cluster.namespace,
          labels: labelsOf("job", name),
        },
        data: Object.fromEntries(
          files.map((file) => [file, readFileSync(new URL(file, sources), "utf8")]),
        ),
      },
      { parent: this, provider: this.cluster.provider },
    );
    return map.metadata.apply((metadata) => metadata.name);
  }

  /** Nobody connects to pods of ours, and they connect to nothing but what a recovery is made of. */
  private createNetworkPolicy(name: string): void {
    const ports = (this.args.egressPorts ?? defaultEgress).map((port) => ({
      protocol: "TCP",
      port,
    }));
    const dns = ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 }));
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-network`,
      {
        metadata: {
          name: `${name}-jobs`,
          namespace: this.cluster.namespace,
          labels: labelsOf("job", name),
        },
        spec: {
          podSelector: { matchLabels: { "app.kubernetes.io/name": "job" } },
          policyTypes: ["Ingress", "Egress"],
          egress: [{ ports: [...dns, ...ports] }],
        },
      },
      { parent: this, provider: this.cluster.provider },
    );
  }
}
