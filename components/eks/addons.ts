import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";
import { managedPolicy } from "../aws/iam.ts";
import { AwsPodIdentity } from "./identity.ts";
import { addonVersions, type AddonName } from "./versions.ts";

/** Run on every node, so they are there before the first one. */
const onEveryNode: readonly AddonName[] = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

/**
 * Run as pods of their own. Without a node they never become active and their creation fails after 20
 * minutes, so a cluster without nodes does without them.
 * https://github.com/pulumi/pulumi-eks/issues/1819, https://github.com/eksctl-io/eksctl/issues/4607
 */
const onSomeNodes: readonly AddonName[] = ["coredns", "aws-ebs-csi-driver"];

/** Network policies are enforced only when this is on; without it they are accepted and do nothing. */
const configuration: Readonly<Partial<Record<AddonName, object>>> = {
  "vpc-cni": { enableNetworkPolicy: "true" },
};

/** Add-ons that nodes need to join. */
export function nodeAddonsOf(
  name: string,
  cluster: aws.eks.Cluster,
  opts: pulumi.CustomResourceOptions,
): aws.eks.Addon[] {
  return onEveryNode.map((addon) => addonOf(name, addon, cluster, opts));
}

/** Add-ons that need nodes: names within the cluster, and volumes. */
export function podAddonsOf(
  name: string,
  cluster: aws.eks.Cluster,
  nodes: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): aws.eks.Addon[] {
  return onSomeNodes.map((addon) =>
    addonOf(name, addon, cluster, { ...opts, dependsOn: [...nodes] }),
  );
}

function addonOf(
  name: string,
  addonName: AddonName,
  cluster: aws.eks.Cluster,
  opts: pulumi.CustomResourceOptions,
): aws.eks.Addon {
  const values = configuration[addonName];
  return new aws.eks.Addon(
    `${name}-addon-${addonName}`,
    {
      clusterName: cluster.name,
      addonName,
      addonVersion: addonVersions[addonName],
      // What was changed by hand is changed back.
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      tags: dataTags("none"),
      ...(values === undefined ? {} : { configurationValues: JSON.stringify(values) }),
    },
    opts,
  );
}

/**
 * The EBS driver's role, there from the beginning, also where the driver is not yet.
 * https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
 */
export function ebsIdentityOf(
  name: string,
  region: AwsRegion,
  cluster: aws.eks.Cluster,
  args: {
    readonly keyArn: pulumi.Input<string>;
    readonly permissionsBoundaryArn?: string | undefined;
  },
  parent: pulumi.Resource,
): AwsPodIdentity {
  const { keyArn, permissionsBoundaryArn } = args;
  return new AwsPodIdentity(
    `${name}-ebs`,
    {
      region,
      clusterName: cluster.name,
      namespace: "kube-system",
      serviceAccount: "ebs-csi-controller-sa",
      managedPolicyArns: [managedPolicy(region, "service-role/AmazonEBSCSIDriverPolicy")],
      statements: [
        {
          Effect: "Allow",
          Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
          Resource: keyArn,
          Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
        },
        {
          Effect: "Allow",
          Action: [
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:DescribeKey",
          ],
          Resource: keyArn,
        },
      ],
      permissionsBoundaryArn,
    },
    { parent },
  );
}
