import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import { partTags } from "./tags.ts";

/**
 * Services that are reached without leaving AWS's network, and without NAT: what nodes need to join the
 * cluster and to pull images, and what the recovery's own steps call.
 * https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
 */
export const endpointServices = [
  "sts",
  "ecr.api",
  "ecr.dkr",
  "logs",
  "secretsmanager",
  "kms",
  "monitoring",
  "eks",
  "eks-auth",
  "ec2",
] as const;
export type EndpointService = (typeof endpointServices)[number];

export interface EndpointArgs {
  /**
   * Services without an endpoint, each with its reason, for example that the region does not offer it. Calls
   * then take the NAT gateways.
   * @default none
   */
  readonly off?: Readonly<Partial<Record<EndpointService, string>>>;
  /**
   * An endpoint for the API of MSK (not for its brokers, which are in the network anyway). Nothing of this
   * platform calls that API from within the network; a client of yours must then use the dual-stack address
   * `kafka.{region}.api.aws`, since new endpoints exist for that one alone.
   * https://docs.aws.amazon.com/msk/latest/developerguide/privatelink-vpc-endpoints.html
   * @default false
   */
  readonly kafka?: boolean;
}

interface Place {
  readonly name: string;
  readonly region: AwsRegion;
  readonly vpcId: pulumi.Input<string>;
  readonly cidr: string;
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly routeTableIds: readonly pulumi.Input<string>[];
}

/**
 * The gateway to S3, which costs nothing and keeps backups out of the NAT gateways, and interfaces to other
 * services.
 */
export function endpointsOf(
  place: Place,
  { off = {}, kafka = false }: EndpointArgs,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.VpcEndpoint[] {
  const { name, region, vpcId, cidr, subnetIds, routeTableIds } = place;
  const s3 = new aws.ec2.VpcEndpoint(
    `${name}-endpoint-s3`,
    {
      vpcId,
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${region.name}.s3`,
      routeTableIds: [...routeTableIds],
      tags: partTags(region, "s3"),
    },
    opts,
  );
  const group = new aws.ec2.SecurityGroup(
    `${name}-endpoints`,
    {
      vpcId,
      description: "HTTPS from the network to AWS services",
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [cidr] }],
      egress: [],
      tags: partTags(region, "endpoints"),
    },
    opts,
  );
  const named = [
    ...endpointServices
      .filter((service) => off[service] === undefined)
      .map((service) => [service, `com.amazonaws.${region.name}.${service}`] as const),
    ...(kafka ? [["kafka", `aws.api.${region.name}.kafka-api`] as const] : []),
  ];
  const interfaces = named.map(
    ([service, serviceName]) =>
      new aws.ec2.VpcEndpoint(
        `${name}-endpoint-${service}`,
        {
          vpcId,
          vpcEndpointType: "Interface",
          serviceName,
          subnetIds: [...subnetIds],
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          tags: partTags(region, service),
        },
        opts,
      ),
  );
  return [s3, ...interfaces];
}
