import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";
import { boundary, managedPolicy, serviceTrust } from "../aws/iam.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import { policyDocument } from "./identity.ts";

export interface NodesArgs {
  /**
   * Nodes in each of the three zones; 0 keeps the groups and pays for no node.
   * @remarks Recovery: at 0 a failover waits for nodes, minutes when AWS has the capacity, which it does not
   * promise on the day; a reservation does.
   */
  readonly perZone: number;
  /** Upper end of each group. @default twice `perZone`, at least 1 */
  readonly maxPerZone?: number;
  /**
   * Tried in this order, all of one size and architecture.
   * @default ["m7i.xlarge", "m6i.xlarge", "m6a.xlarge"]
   * @remarks Recovery: when all others fail over into the region too, one type alone may be sold out.
   */
  readonly instanceTypes?: readonly string[];
  /** @default "AL2023_x86_64_STANDARD" */
  readonly amiType?: string;
  /** Root disk: images and logs. Data is on volumes of its own. @default 100 */
  readonly diskGiB?: number;
}

export interface NodeGroupsArgs {
  readonly nodes: NodesArgs;
  readonly cluster: aws.eks.Cluster;
  readonly privateSubnetIds: pulumi.Input<string[]>;
  readonly keyArn: pulumi.Input<string>;
  /** Repositories that a first pull through the cache makes, as ARN patterns. @default none */
  readonly imageCaches?: readonly pulumi.Input<string>[];
  readonly permissionsBoundaryArn?: string | undefined;
  /** What must be there before a node can join: routes, endpoints, the network add-on. */
  readonly after: readonly pulumi.Resource[];
}

export interface NodeTransforms {
  readonly launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs>;
  readonly nodeGroup?: Transform<aws.eks.NodeGroupArgs>;
}

const zones = [0, 1, 2];

/**
 * A group of nodes for each zone: a volume stays in its zone, and a group over several zones may start the
 * replacement of a node where the volume is not.
 */
export function nodeGroupsOf(
  name: string,
  region: AwsRegion,
  args: NodeGroupsArgs,
  transform: NodeTransforms | undefined,
  opts: pulumi.CustomResourceOptions,
): aws.eks.NodeGroup[] {
  const { nodes, cluster } = args;
  checkNodes(nodes);
  const role = nodeRole(name, region, args, opts);
  const template = launchTemplate(name, region, args, transform?.launchTemplate, opts);
  return zones.map(
    (zone) =>
      new aws.eks.NodeGroup(
        `${name}-nodes-${zone}`,
        transformed(transform?.nodeGroup, {
          clusterName: cluster.name,
          version: cluster.version,
          nodeRoleArn: role.arn,
          subnetIds: pulumi.output(args.privateSubnetIds).apply((ids) => ids.slice(zone, zone + 1)),
          amiType: nodes.amiType ?? "AL2023_x86_64_STANDARD",
          instanceTypes: [...(nodes.instanceTypes ?? ["m7i.xlarge", "m6i.xlarge", "m6a.xlarge"])],
          capacityType: "ON_DEMAND",
          scalingConfig: {
            minSize: nodes.perZone,
            desiredSize: nodes.perZone,
            maxSize: Math.max(nodes.maxPerZone ?? nodes.perZone * 2, nodes.perZone, 1),
          },
          updateConfig: { maxUnavailable: 1 },
          tags: dataTags("none"),
          launchTemplate: {
            id: template.id,
            version: template.latestVersion.apply((version) => String(version)),
          },
        }),
        { ...opts, dependsOn: [...role.policies, ...args.after] },
      ),
  );
}

function nodeRole(
  name: string,
  region: AwsRegion,
  { imageCaches = [], permissionsBoundaryArn }: NodeGroupsArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly arn: pulumi.Output<string>; readonly policies: pulumi.Resource[] } {
  const role = new aws.iam.Role(
    `${name}-node-role`,
    {
      description: `${region.prefix}: nodes`,
      assumeRolePolicy: serviceTrust("ec2.amazonaws.com"),
      tags: dataTags("none"),
      ...boundary(permissionsBoundaryArn),
    },
    opts,
  );
  const policies: pulumi.Resource[] = [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryPullOnly",
    // A tunnel to what is private begins at a node (`npm run dr -- tunnel`); nothing listens for it.
    "AmazonSSMManagedInstanceCore",
  ].map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-node-${policy}`,
        { role: role.name, policyArn: managedPolicy(region, policy) },
        opts,
      ),
  );
  if (imageCaches.length > 0) {
    policies.push(
      new aws.iam.RolePolicy(
        `${name}-node-images`,
        {
          role: role.name,
          policy: policyDocument([
            {
              Effect: "Allow",
              Action: ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"],
              Resource: [...imageCaches],
            },
          ]),
        },
        opts,
      ),
    );
  }
  return { arn: role.arn, policies };
}

function launchTemplate(
  name: string,
  region: AwsRegion,
  { nodes, keyArn }: NodeGroupsArgs,
  transform: Transform<aws.ec2.LaunchTemplateArgs> | undefined,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.LaunchTemplate {
  return new aws.ec2.LaunchTemplate(
    `${name}-node-template`,
    transformed(transform, {
      description: `${region.prefix}: nodes`,
      updateDefaultVersion: true,
      tags: dataTags("none"),
      // One hop: a pod that is not the node's own cannot take the node's credentials.
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: nodes.diskGiB ?? 100,
            encrypted: "true",
            kmsKeyId: keyArn,
            deleteOnTermination: "true",
          },
        },
      ],
      // The provider's tags stay on the template; what it launches needs its own.
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: { ...region.tags, ...dataTags("none"), Name: `${region.prefix}-node` },
      })),
    }),
    opts,
  );
}

/** @throws Error when the numbers are no numbers of nodes */
export function checkNodes({ perZone, maxPerZone }: NodesArgs): void {
  const whole = (count: number) => Number.isInteger(count) && count >= 0;
  if (
    !whole(perZone) ||
    (maxPerZone !== undefined && !(whole(maxPerZone) && maxPerZone >= perZone))
  ) {
    throw new Error(
      `recover:cluster.create.nodes: ${JSON.stringify({ perZone, maxPerZone })} are not numbers of nodes. ` +
        "perZone is a whole number, 0 for a pilot light; maxPerZone is at least as large.",
    );
  }
}
