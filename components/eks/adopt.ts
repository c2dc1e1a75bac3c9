import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import { kubernetesProvider } from "./login.ts";

/**
 * A cluster that is there already; nothing of it is changed. It needs the add-ons of
 * components/eks/versions.ts: the Pod Identity agent, the EBS driver, and the VPC CNI with network policies.
 */
export interface AdoptCluster {
  readonly clusterName: string;
  /**
   * A kubeconfig's content, kept as a secret; its login must stay valid for as long as a recovery takes.
   * `pulumi config set --secret recover:clusterKubeconfig` takes it from a file by `< kubeconfig.yaml`.
   */
  readonly kubeconfig: pulumi.Input<string> | undefined;
  /** A class of encrypted volumes with `WaitForFirstConsumer` and `Retain`. */
  readonly storageClass: string;
  /** The network that the platform is in. */
  readonly vpcId: pulumi.Input<string>;
}

export interface AdoptedCluster {
  readonly name: pulumi.Output<string>;
  readonly kubernetes: kubernetes.Provider;
  readonly storageClass: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
}

/** Looks an adopted cluster up. @throws Error when the login or the class of volumes is missing */
export function adoptCluster(
  name: string,
  region: AwsRegion,
  { clusterName, kubeconfig, storageClass, vpcId }: AdoptCluster,
  parent: pulumi.Resource,
): AdoptedCluster {
  if (kubeconfig === undefined || kubeconfig === "") {
    throw new Error(
      `recover:cluster adopts ${clusterName}, but there is no kubeconfig: pulumi could not log in to it. ` +
        "Set recover:clusterKubeconfig: " +
        "pulumi config set --secret recover:clusterKubeconfig < kubeconfig.yaml",
    );
  }
  if (storageClass === "") {
    throw new Error(
      `recover:cluster adopts ${clusterName}, but names no class of volumes. ` +
        "Set recover:cluster.adopt.storageClass to one that is encrypted, with " +
        "volumeBindingMode WaitForFirstConsumer and reclaimPolicy Retain.",
    );
  }
  const found = aws.eks.getClusterOutput({ name: clusterName }, { provider: region.provider });
  const group = pulumi
    .all([found.vpcConfig, vpcId])
    .apply(([config, wanted]) => groupWithin(clusterName, config, wanted));
  return {
    name: pulumi.output(clusterName),
    kubernetes: kubernetesProvider(`${name}-kubernetes`, kubeconfig, found.arn, { parent }),
    storageClass: pulumi.output(storageClass),
    securityGroupId: group,
  };
}

/**
 * Security group of an adopted cluster's pods.
 *
 * @throws Error when they would not reach databases and brokers
 */
export function groupWithin(
  clusterName: string,
  {
    vpcId,
    clusterSecurityGroupId,
  }: { readonly vpcId: string; readonly clusterSecurityGroupId: string },
  wanted: string,
): string {
  if (vpcId !== wanted) {
    throw new Error(
      `recover:cluster.adopt.clusterName: ${clusterName} is in ${vpcId}, the platform's network is ${wanted}: ` +
        "its pods could not reach the databases. " +
        `Adopt the network ${vpcId} too (recover:network.adopt.vpcId), or let the cluster be created.`,
    );
  }
  return clusterSecurityGroupId;
}
