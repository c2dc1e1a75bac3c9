import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import type { PerZone } from "./cidr.ts";

/** A network that is there already; nothing of it is changed. */
export interface AdoptNetwork {
  readonly vpcId: string;
  /** Nodes, pods and connectors: one in each of three zones, with a way out by NAT for MSK Connect. */
  readonly privateSubnetIds: PerZone<string>;
  /**
   * Databases and brokers: one in each of three zones.
   * @default the private subnets
   */
  readonly isolatedSubnetIds?: PerZone<string>;
}

/** What AWS says of one subnet. */
export interface FoundSubnet {
  readonly id: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
}

export interface AdoptedNetwork {
  readonly cidr: pulumi.Output<string>;
  readonly zones: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  readonly isolatedSubnetIds: pulumi.Output<string[]>;
}

/** Looks an adopted network up; its ids are passed on only when they are what the platform needs. */
export function adoptNetwork(
  region: AwsRegion,
  { vpcId, privateSubnetIds, isolatedSubnetIds = privateSubnetIds }: AdoptNetwork,
): AdoptedNetwork {
  checkIds("privateSubnetIds", privateSubnetIds);
  checkIds("isolatedSubnetIds", isolatedSubnetIds);
  const options = { provider: region.provider };
  const lookUp = (setting: string, ids: PerZone<string>) =>
    pulumi
      .all(
        ids.map((id) =>
          aws.ec2
            .getSubnetOutput({ id }, options)
            .apply(({ vpcId: of, availabilityZone }) => ({ id, vpcId: of, availabilityZone })),
        ),
      )
      .apply((found) => checkSubnets(setting, vpcId, found));
  const privates = lookUp("privateSubnetIds", privateSubnetIds);
  const isolated = lookUp("isolatedSubnetIds", isolatedSubnetIds);
  return {
    cidr: aws.ec2.getVpcOutput({ id: vpcId }, options).cidrBlock,
    zones: privates.apply((found) => found.map(({ availabilityZone }) => availabilityZone)),
    privateSubnetIds: privates.apply((found) => found.map(({ id }) => id)),
    isolatedSubnetIds: isolated.apply((found) => found.map(({ id }) => id)),
  };
}

/** @throws Error when they are not three different ids, known without asking AWS */
export function checkIds(setting: string, ids: readonly string[]): void {
  if (ids.length !== 3 || new Set(ids).size !== 3 || ids.some((id) => !id.startsWith("subnet-"))) {
    throw new Error(
      `recover:network.adopt.${setting} is ${JSON.stringify(ids)}: brokers, databases and the ensemble ` +
        "each keep a copy in three zones. Write the ids of three different subnets, " +
        "for example subnet-0a1b2c3d4e5f67890.",
    );
  }
}

/** @throws Error when they are not in three zones of the one network */
export function checkSubnets<Subnet extends FoundSubnet>(
  setting: string,
  vpcId: string,
  found: readonly Subnet[],
): Subnet[] {
  const stray = found.filter((subnet) => subnet.vpcId !== vpcId);
  if (stray.length > 0) {
    throw new Error(
      `recover:network.adopt.${setting}: ` +
        stray.map((subnet) => `${subnet.id} is in ${subnet.vpcId}`).join(", ") +
        `, not in ${vpcId}. Write subnets of ${vpcId}, or change recover:network.adopt.vpcId.`,
    );
  }
  const zones = found.map(({ availabilityZone }) => availabilityZone);
  if (new Set(zones).size !== 3) {
    throw new Error(
      `recover:network.adopt.${setting}: ` +
        found.map((subnet) => `${subnet.id} is in ${subnet.availabilityZone}`).join(", ") +
        ". Losing one zone would take two of three copies. Write one subnet of each of three zones.",
    );
  }
  return [...found];
}
