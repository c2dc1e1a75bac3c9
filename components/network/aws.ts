import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import { adoptNetwork, type AdoptNetwork } from "./adopt.ts";
import { planSubnets, type PerZone, type SubnetPlan } from "./cidr.ts";
import { endpointsOf, type EndpointArgs } from "./endpoints.ts";
import { flowLogsOf, type FlowLogs } from "./flow-logs.ts";
import { routesOf, type Nat } from "./routes.ts";
import { partTags } from "./tags.ts";

export interface CreateNetwork {
  /** /16 to /22 of private addresses, the other region's must differ: for example `10.20.0.0/16`. */
  readonly cidr: string;
  /**
   * Three zones of the region by name. They are written down, not looked up: a zone that AWS adds must
   * not move what is there.
   */
  readonly zones: PerZone<string>;
  /**
   * @default "one per zone"
   * @remarks Recovery: with one for all, losing its zone stops the archive's connectors in the others.
   */
  readonly nat?: Nat;
  /** @default all of them, without the API of MSK */
  readonly endpoints?: EndpointArgs;
  /** @default 90 days */
  readonly flowLogs?: FlowLogs;
  /** Encrypts the flow logs. */
  readonly logKeyArn: pulumi.Input<string>;
  /** Limit that the account sets to all roles, by ARN. @default none */
  readonly permissionsBoundaryArn?: string | undefined;
}

export interface AwsNetworkArgs {
  readonly region: AwsRegion;
  /** A network of its own, or one that is there. */
  readonly source: { readonly create: CreateNetwork } | { readonly adopt: AdoptNetwork };
  /** Last word on single children's arguments, when the network is created. @default none */
  readonly transform?: {
    readonly vpc?: Transform<aws.ec2.VpcArgs>;
    readonly subnet?: Transform<aws.ec2.SubnetArgs>;
  };
}

type Tier = "public" | "private" | "isolated";

/**
 * Network of one region over three zones: public subnets for NAT and load balancers, private ones for nodes
 * and pods, isolated ones for databases and brokers.
 *
 * @remarks Recovery: a lost zone leaves two of three copies of everything. In the standby's region the
 * network is there before the day: nothing of it has to be created when all others create theirs.
 */
export class AwsNetwork extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly cidr: pulumi.Output<string>;
  /** Names of the three zones, in the order of the subnets. */
  readonly zones: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  readonly isolatedSubnetIds: pulumi.Output<string[]>;
  /** What must be there before anything in a private subnet can reach AWS or the internet. */
  readonly ready: readonly pulumi.Resource[];
  private readonly name: string;
  private readonly args: AwsNetworkArgs;

  constructor(name: string, args: AwsNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:network:AwsNetwork", name, {}, opts);
    this.name = name;
    this.args = args;
    if ("adopt" in args.source) {
      const adopted = adoptNetwork(args.region, args.source.adopt);
      this.vpcId = pulumi.output(args.source.adopt.vpcId);
      this.cidr = adopted.cidr;
      this.zones = adopted.zones;
      this.privateSubnetIds = adopted.privateSubnetIds;
      this.isolatedSubnetIds = adopted.isolatedSubnetIds;
      this.ready = [];
    } else {
      const create = args.source.create;
      checkZones(args.region, create.zones);
      const plan = planSubnets(create.cidr);
      const vpc = this.vpc(create.cidr);
      this.closeDefaultGroup(vpc);
      const publics = this.subnets("public", vpc, plan, create.zones);
      const privates = this.subnets("private", vpc, plan, create.zones);
      const isolated = this.subnets("isolated", vpc, plan, create.zones);
      const routes = routesOf(
        { name, region: args.region, vpcId: vpc.id, publics, privates, isolated },
        create.nat ?? "one per zone",
        this.child,
      );
      const endpoints = endpointsOf(
        {
          name,
          region: args.region,
          vpcId: vpc.id,
          cidr: create.cidr,
          subnetIds: privates.map(({ id }) => id),
          routeTableIds: routes.inner.map(({ id }) => id),
        },
        create.endpoints ?? {},
        this.child,
      );
      const flowLogs = create.flowLogs ?? { retentionDays: 90 };
      if ("retentionDays" in flowLogs) {
        const { retentionDays } = flowLogs;
        const { logKeyArn: keyArn, permissionsBoundaryArn } = create;
        flowLogsOf(
          name,
          args.region,
          { vpcId: vpc.id, retentionDays, keyArn, permissionsBoundaryArn },
          this.child,
        );
      }
      this.vpcId = vpc.id;
      this.cidr = pulumi.output(create.cidr);
      this.zones = pulumi.output([...create.zones]);
      this.privateSubnetIds = pulumi.all(privates.map(({ id }) => id));
      this.isolatedSubnetIds = pulumi.all(isolated.map(({ id }) => id));
      this.ready = [...routes.ready, ...endpoints];
    }
    this.registerOutputs({
      vpcId: this.vpcId,
      cidr: this.cidr,
      zones: this.zones,
      privateSubnetIds: this.privateSubnetIds,
      isolatedSubnetIds: this.isolatedSubnetIds,
      ready: this.ready,
    });
  }

  private get child(): pulumi.CustomResourceOptions {
    return { parent: this, provider: this.args.region.provider };
  }

  private vpc(cidrBlock: string): aws.ec2.Vpc {
    return new aws.ec2.Vpc(
      `${this.name}-vpc`,
      transformed(this.args.transform?.vpc, {
        cidrBlock,
        // Private names of endpoints and of brokers resolve only with both.
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: partTags(this.args.region, "vpc"),
      }),
      // Changing the addresses would make everything in it anew.
      { ...this.child, protect: true },
    );
  }

  /** What forgets to name a security group can reach nothing and cannot be reached. */
  private closeDefaultGroup(vpc: aws.ec2.Vpc): void {
    new aws.ec2.DefaultSecurityGroup(
      `${this.name}-default`,
      {
        vpcId: vpc.id,
        ingress: [],
        egress: [],
        tags: partTags(this.args.region, "default-closed"),
      },
      this.child,
    );
  }

  private subnets(
    tier: Tier,
    vpc: aws.ec2.Vpc,
    plan: SubnetPlan,
    zones: PerZone<string>,
  ): aws.ec2.Subnet[] {
    return plan[tier].map(
      (cidrBlock, index) =>
        new aws.ec2.Subnet(
          `${this.name}-${tier}-${index}`,
          transformed(this.args.transform?.subnet, {
            vpcId: vpc.id,
            cidrBlock,
            availabilityZone: zones[index] ?? "",
            mapPublicIpOnLaunch: false,
            tags: { ...partTags(this.args.region, `${tier}-${index}`), ...loadBalancers[tier] },
          }),
          { ...this.child, protect: true },
        ),
    );
  }
}

/** How controllers of load balancers find their subnets. */
const loadBalancers: Readonly<Record<Tier, Readonly<Record<string, string>>>> = {
  public: { "kubernetes.io/role/elb": "1" },
  private: { "kubernetes.io/role/internal-elb": "1" },
  isolated: {},
};

/** @throws Error when they are not three different zones of the region */
export function checkZones(region: AwsRegion, zones: readonly string[]): void {
  const foreign = zones.filter((zone) => !zone.startsWith(region.name) || zone === region.name);
  if (zones.length !== 3 || new Set(zones).size !== 3 || foreign.length > 0) {
    const [a, b, c] = ["a", "b", "c"].map((letter) => `"${region.name}${letter}"`);
    throw new Error(
      `recover:network.create.zones is ${JSON.stringify(zones)}: three copies need three different zones ` +
        `of ${region.name}. Write three that your account has, for example [${a}, ${b}, ${c}]; ` +
        `aws ec2 describe-availability-zones --region ${region.name} lists them.`,
    );
  }
}
