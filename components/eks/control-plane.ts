import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, physicalName, type AwsRegion } from "../aws/context.ts";
import { boundary, managedPolicy, serviceTrust } from "../aws/iam.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import { clusterLogGroupName, clusterRoleSuffix } from "../keys/policies.ts";
import { policyDocument } from "./identity.ts";
import { kubernetesVersion } from "./versions.ts";

/**
 * Who reaches the Kubernetes API: the addresses of the operators and of CI, or only what is in the network
 * (then `pulumi up` has to run there too, or through a VPN). Nodes always reach it from within.
 */
export type ClusterEndpoint =
  { readonly public: { readonly cidrs: readonly string[] } } | { readonly private: true };

export interface ControlPlaneArgs {
  readonly privateSubnetIds: pulumi.Input<string[]>;
  /** Encrypts Kubernetes secrets, the control plane's log, and nodes' disks. */
  readonly keyArn: pulumi.Input<string>;
  readonly endpoint: ClusterEndpoint;
  /**
   * IAM roles or users that administer the cluster, by ARN; the one that runs `pulumi up` is among them.
   * Nobody else is let in, not even who made the cluster.
   */
  readonly admins: readonly string[];
  /** Minor version of Kubernetes. @default the one that the add-ons are pinned for */
  readonly version?: string;
  /** @default 90 */
  readonly logRetentionDays?: number;
  /** Limit that the account sets to all roles, by ARN. @default none */
  readonly permissionsBoundaryArn?: string | undefined;
}

export interface ControlPlane {
  readonly cluster: aws.eks.Cluster;
  /** From here on the administrators are let in. */
  readonly access: readonly pulumi.Resource[];
}

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** The cluster without nodes: role, log, control plane, and who is let in. */
export function controlPlaneOf(
  name: string,
  region: AwsRegion,
  args: ControlPlaneArgs,
  transform: Transform<aws.eks.ClusterArgs> | undefined,
  opts: pulumi.CustomResourceOptions,
): ControlPlane {
  checkEndpoint(args.endpoint);
  checkAdmins(args.admins);
  const clusterName = physicalName(region, "eks", 100);
  const role = clusterRole(name, region, args, opts);
  const log = new aws.cloudwatch.LogGroup(
    `${name}-log`,
    {
      name: clusterLogGroupName(clusterName),
      retentionInDays: args.logRetentionDays ?? 90,
      kmsKeyId: args.keyArn,
      tags: dataTags("none"),
    },
    opts,
  );
  const cluster = new aws.eks.Cluster(
    `${name}-cluster`,
    transformed(transform, {
      name: clusterName,
      version: args.version ?? kubernetesVersion,
      roleArn: role.arn,
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      // The add-ons are ours: pinned, and changed by us alone.
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
      enabledClusterLogTypes: logTypes,
      encryptionConfig: { provider: { keyArn: args.keyArn }, resources: ["secrets"] },
      vpcConfig: {
        subnetIds: args.privateSubnetIds,
        endpointPrivateAccess: true,
        ...("public" in args.endpoint
          ? { endpointPublicAccess: true, publicAccessCidrs: [...args.endpoint.public.cidrs] }
          : { endpointPublicAccess: false }),
      },
      // A standby that waits for years is not upgraded under its pinned add-ons before it must be.
      upgradePolicy: { supportType: "EXTENDED" },
      tags: dataTags("none"),
    }),
    { ...opts, protect: true, dependsOn: [...role.policies, log] },
  );
  return { cluster, access: administrators(name, region, cluster, args.admins, opts) };
}

function clusterRole(
  name: string,
  region: AwsRegion,
  args: ControlPlaneArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly arn: pulumi.Output<string>; readonly policies: pulumi.Resource[] } {
  const role = new aws.iam.Role(
    `${name}-cluster-role`,
    {
      // By name: the key's policy lets this role open Kubernetes secrets.
      name: physicalName(region, clusterRoleSuffix, 64),
      assumeRolePolicy: serviceTrust("eks.amazonaws.com"),
      tags: dataTags("none"),
      ...boundary(args.permissionsBoundaryArn),
    },
    opts,
  );
  return {
    arn: role.arn,
    policies: [
      new aws.iam.RolePolicyAttachment(
        `${name}-cluster-policy`,
        { role: role.name, policyArn: managedPolicy(region, "AmazonEKSClusterPolicy") },
        opts,
      ),
      new aws.iam.RolePolicy(
        `${name}-cluster-key`,
        {
          role: role.name,
          policy: policyDocument([
            {
              Effect: "Allow",
              Action: ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"],
              Resource: args.keyArn,
            },
          ]),
        },
        opts,
      ),
    ],
  };
}

/** https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html */
function administrators(
  name: string,
  region: AwsRegion,
  cluster: aws.eks.Cluster,
  admins: readonly string[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return admins.map((principalArn) => {
    const who = principalArn.split("/").at(-1) ?? "";
    const entry = new aws.eks.AccessEntry(
      `${name}-admin-${who}`,
      { clusterName: cluster.name, principalArn, tags: dataTags("none") },
      opts,
    );
    return new aws.eks.AccessPolicyAssociation(
      `${name}-admin-${who}-policy`,
      {
        clusterName: cluster.name,
        principalArn,
        policyArn: `arn:${region.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
        accessScope: { type: "cluster" },
      },
      { ...opts, dependsOn: [entry] },
    );
  });
}

/** @throws Error when nobody, or everybody, would reach a public endpoint */
export function checkEndpoint(endpoint: ClusterEndpoint): void {
  if (!("public" in endpoint)) {
    return;
  }
  const { cidrs } = endpoint.public;
  const open = cidrs.filter((cidr) => cidr.endsWith("/0"));
  if (cidrs.length === 0 || open.length > 0) {
    throw new Error(
      `recover:cluster.create.endpoint.public.cidrs is ${JSON.stringify(cidrs)}: ` +
        (open.length > 0
          ? "it lets the whole internet reach the Kubernetes API. "
          : "an empty list is taken as the whole internet by AWS. ") +
        'Write the addresses that operators and CI come from, for example ["203.0.113.5/32"], ' +
        'or endpoint: {"private": true} and run pulumi from within the network.',
    );
  }
}

/** @throws Error when there is none, or one is not an IAM role or user */
export function checkAdmins(admins: readonly string[]): void {
  const strange = admins.filter((arn) => !/^arn:[\w-]+:iam::\d{12}:(role|user)\/.+$/.test(arn));
  if (admins.length === 0 || strange.length > 0) {
    throw new Error(
      `recover:cluster.create.admins ` +
        (strange.length > 0
          ? `has ${strange.join(", ")}, which is not an IAM role or user`
          : "is empty: the one that runs pulumi would not be let in") +
        ". Write ARNs such as arn:aws:iam::123456789012:role/platform, the one of the role that runs " +
        "pulumi among them (of an assumed role, the role's own).",
    );
  }
}
