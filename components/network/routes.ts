import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import { partTags } from "./tags.ts";

/** Ways out of the private subnets: one a zone, one for all zones, or none, with the reason. */
export type Nat = "one per zone" | { readonly one: string } | { readonly off: string };

interface Place {
  readonly name: string;
  readonly region: AwsRegion;
  readonly vpcId: pulumi.Input<string>;
  readonly publics: readonly aws.ec2.Subnet[];
  readonly privates: readonly aws.ec2.Subnet[];
  readonly isolated: readonly aws.ec2.Subnet[];
}

export interface Routes {
  /** Tables of the subnets that are not public. */
  readonly inner: readonly aws.ec2.RouteTable[];
  /** What must be there before anything in a private subnet gets out. */
  readonly ready: readonly pulumi.Resource[];
}

/**
 * Public subnets go to the internet, private ones out by NAT, isolated ones nowhere. Each zone's private
 * subnet has a table of its own, so that each zone keeps its own way out.
 */
export function routesOf(place: Place, nat: Nat, opts: pulumi.CustomResourceOptions): Routes {
  const { name, publics, privates, isolated } = place;
  const internet = internetRoute(place, opts);
  const count = nat === "one per zone" ? publics.length : "one" in nat ? 1 : 0;
  const nats = publics
    .slice(0, count)
    .map((subnet, index) => natGateway(place, subnet, index, internet, opts));
  const tables = privates.map((subnet, index) => table(place, `private-${index}`, [subnet], opts));
  const ways = tables.flatMap(({ routes }, index) => {
    const gateway = nats[index] ?? nats[0];
    return gateway === undefined
      ? []
      : new aws.ec2.Route(
          `${name}-private-${index}-nat`,
          { routeTableId: routes.id, ...anywhere, natGatewayId: gateway.id },
          opts,
        );
  });
  const inside = table(place, "isolated", isolated, opts);
  return {
    inner: [...tables, inside].map(({ routes }) => routes),
    ready: [...ways, ...tables.flatMap(({ associations }) => associations)],
  };
}

const anywhere = { destinationCidrBlock: "0.0.0.0/0" };

function internetRoute(place: Place, opts: pulumi.CustomResourceOptions): aws.ec2.Route {
  const { name, region, vpcId, publics } = place;
  const gateway = new aws.ec2.InternetGateway(
    `${name}-internet`,
    { vpcId, tags: partTags(region, "internet") },
    opts,
  );
  const { routes } = table(place, "public", publics, opts);
  return new aws.ec2.Route(
    `${name}-public-internet`,
    { routeTableId: routes.id, ...anywhere, gatewayId: gateway.id },
    opts,
  );
}

function natGateway(
  { name, region }: Place,
  subnet: aws.ec2.Subnet,
  index: number,
  internet: aws.ec2.Route,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.NatGateway {
  const tags = partTags(region, `nat-${index}`);
  const after = { ...opts, dependsOn: [internet] };
  const address = new aws.ec2.Eip(`${name}-nat-${index}-address`, { domain: "vpc", tags }, after);
  return new aws.ec2.NatGateway(
    `${name}-nat-${index}`,
    { allocationId: address.id, subnetId: subnet.id, tags },
    after,
  );
}

function table(
  { name, region, vpcId }: Place,
  suffix: string,
  subnets: readonly aws.ec2.Subnet[],
  opts: pulumi.CustomResourceOptions,
): { readonly routes: aws.ec2.RouteTable; readonly associations: pulumi.Resource[] } {
  const routes = new aws.ec2.RouteTable(
    `${name}-${suffix}-routes`,
    { vpcId, tags: partTags(region, suffix) },
    opts,
  );
  const associations = subnets.map(
    (subnet, index) =>
      new aws.ec2.RouteTableAssociation(
        `${name}-${suffix}-routes-${index}`,
        { subnetId: subnet.id, routeTableId: routes.id },
        opts,
      ),
  );
  return { routes, associations };
}
