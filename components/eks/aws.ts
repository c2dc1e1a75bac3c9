import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import type { Transform } from "../aws/transform.ts";
import { ebsIdentityOf, nodeAddonsOf, podAddonsOf } from "./addons.ts";
import { adoptCluster, type AdoptCluster } from "./adopt.ts";
import { controlPlaneOf, type ControlPlaneArgs } from "./control-plane.ts";
import { loginOf, type ClusterLogin } from "./login.ts";
import { nodeGroupsOf, type NodesArgs, type NodeTransforms } from "./nodes.ts";
import { storageClassOf } from "./storage.ts";

export interface CreateCluster extends ControlPlaneArgs {
  readonly nodes: NodesArgs;
  /** What must be there before a node can join: the network's routes and endpoints. @default nothing */
  readonly after?: readonly pulumi.Resource[];
  /** Repositories that a first pull through the image cache makes, as ARN patterns. @default none */
  readonly imageCaches?: readonly pulumi.Input<string>[];
  /** How `pulumi` logs in. @default "service-account" */
  readonly login?: ClusterLogin;
  /** Grows by one to end the token of `login: service-account` and make another. @default 1 */
  readonly tokenGeneration?: number;
}

export interface AwsClusterArgs {
  readonly region: AwsRegion;
  /** A cluster of its own, or one that is there. */
  readonly source: { readonly create: CreateCluster } | { readonly adopt: AdoptCluster };
  /** Last word on single children's arguments, when the cluster is created. @default none */
  readonly transform?: NodeTransforms & { readonly cluster?: Transform<aws.eks.ClusterArgs> };
}

/**
 * The Kubernetes cluster of one region, for ClickHouse, the ensemble, and the steps of a recovery.
 *
 * @remarks Recovery: with no node it is a pilot light: control plane, roles and identities are there, and a
 * failover adds nodes. Volumes stay when their claims or the cluster go.
 */
export class AwsCluster extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  /** For all that is in the cluster. */
  readonly kubernetes: kubernetes.Provider;
  /** Of volumes: encrypted, made in the zone of their first pod, kept when their claim is deleted. */
  readonly storageClass: pulumi.Output<string>;
  /** Nodes and pods come from this security group: databases and brokers let it in. */
  readonly securityGroupId: pulumi.Output<string>;
  /** What must be there before a pod can start. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: AwsClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:eks:AwsCluster", name, {}, opts);
    const { region, source, transform } = args;
    if ("adopt" in source) {
      const adopted = adoptCluster(name, region, source.adopt, this);
      this.name = adopted.name;
      this.kubernetes = adopted.kubernetes;
      this.storageClass = adopted.storageClass;
      this.securityGroupId = adopted.securityGroupId;
      this.ready = [];
    } else {
      const create = source.create;
      const child = { parent: this, provider: region.provider };
      const { keyArn } = create;
      const plane = controlPlaneOf(name, region, create, transform?.cluster, child);
      const { cluster, access } = plane;
      const nodeAddons = nodeAddonsOf(name, cluster, child);
      const ebs = ebsIdentityOf(name, region, cluster, create, this);
      const nodes = nodeGroupsOf(
        name,
        region,
        { ...create, cluster, after: [...(create.after ?? []), ...nodeAddons] },
        transform,
        child,
      );
      const podAddons =
        create.nodes.perZone === 0
          ? []
          : podAddonsOf(name, cluster, [...nodes, ...ebs.ready], child);
      this.kubernetes = loginOf(
        name,
        region,
        {
          cluster,
          access,
          login: create.login ?? "service-account",
          tokenGeneration: create.tokenGeneration ?? 1,
        },
        this,
      );
      this.name = cluster.name;
      this.storageClass = storageClassOf(name, region, keyArn, {
        parent: this,
        provider: this.kubernetes,
      });
      this.securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
      this.ready = [...nodes, ...podAddons];
    }
    this.registerOutputs({
      name: this.name,
      kubernetes: this.kubernetes,
      storageClass: this.storageClass,
      securityGroupId: this.securityGroupId,
      ready: this.ready,
    });
  }
}
