import { beforeAll, describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { namesOf, unlabelled } from "../../tests/components/outputs.ts";
import { AwsNetwork, checkZones, type AwsNetworkArgs, type CreateNetwork } from "./aws.ts";
import { endpointServices } from "./endpoints.ts";

/*
 * What these tests do not prove: that packets take these routes, that every region offers every endpoint and that
 * AWS accepts the values.
 */

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] as const;
const create: CreateNetwork = {
  cidr: "10.20.0.0/16",
  zones,
  logKeyArn: "arn:aws:kms:mock:cluster",
};

function record(
  change: Partial<CreateNetwork> = {},
  dryRun = false,
  transform?: AwsNetworkArgs["transform"],
): Promise<Made[]> {
  return recordAws(
    () =>
      new AwsNetwork("net", {
        region: regionOf(),
        source: { create: { ...create, ...change } },
        ...(transform === undefined ? {} : { transform }),
      }),
    { dryRun },
  );
}

const ofType = (made: readonly Made[], type: string) => made.filter((each) => each.type === type);
const named = (made: readonly Made[], type: string) => ofType(made, type).map(({ name }) => name);

/** As users get it who say nothing. */
let usual: Made[] = [];
beforeAll(async () => {
  usual = await record();
});

describe.each([true, false])("a network of its own (dry run %s)", (dryRun) => {
  let made: Made[] = [];
  beforeAll(async () => {
    made = await record({}, dryRun);
  });

  test("every resource is its child, made by its region's provider", () => {
    const children = made.filter(({ type }) => type.startsWith("aws:"));
    expect(children.length).toBeGreaterThan(40);
    expect([...new Set(children.map(({ provider }) => provider))]).toEqual(["aws-eu-central-1"]);
    expect([...new Set(children.map(({ parent }) => parent))]).toEqual(["net"]);
  });

  test("every resource that takes tags says what it holds", () => {
    expect(unlabelled(made)).toEqual([]);
  });

  test("VPC: resolves private names, and is protected", () => {
    expect(only(made, "aws:ec2/vpc:Vpc")).toMatchObject({
      protect: true,
      inputs: {
        cidrBlock: "10.20.0.0/16",
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: { Name: "acme-prod-g1-vpc" },
      },
    });
  });

  test("the default security group lets nothing through", () => {
    const group = only(made, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    expect(group.inputs).toMatchObject({ ingress: [], egress: [] });
  });

  test.each([
    ["public", 0, "10.20.192.0/21", { "kubernetes.io/role/elb": "1" }],
    ["public", 2, "10.20.208.0/21", { "kubernetes.io/role/elb": "1" }],
    ["private", 0, "10.20.0.0/18", { "kubernetes.io/role/internal-elb": "1" }],
    ["private", 1, "10.20.64.0/18", { "kubernetes.io/role/internal-elb": "1" }],
    ["isolated", 0, "10.20.216.0/21", {}],
    ["isolated", 2, "10.20.232.0/21", {}],
  ] as const)("%s subnet %i is %s", (tier, index, cidrBlock, tags) => {
    const subnet = only(made, "aws:ec2/subnet:Subnet", `net-${tier}-${index}`);
    expect(subnet.protect).toBe(true);
    expect(subnet.inputs).toMatchObject({
      cidrBlock,
      availabilityZone: zones[index],
      mapPublicIpOnLaunch: false,
      tags: { Name: `acme-prod-g1-${tier}-${index}`, ...tags },
    });
  });

  test("one subnet of each tier in each zone", () => {
    expect(ofType(made, "aws:ec2/subnet:Subnet")).toHaveLength(9);
  });

  test("flow logs: all traffic, 90 days, encrypted, in a log group of this install", () => {
    expect(only(made, "aws:ec2/flowLog:FlowLog")).toMatchObject({
      inputs: { trafficType: "ALL", logDestinationType: "cloud-watch-logs" },
      dependsOn: ["net-flow-policy"],
    });
    expect(only(made, "aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
      name: "/acme-prod-g1/network/flow",
      retentionInDays: 90,
      kmsKeyId: create.logKeyArn,
    });
    const trust = String(only(made, "aws:iam/role:Role").inputs["assumeRolePolicy"]);
    expect(trust).toContain("vpc-flow-logs.amazonaws.com");
    expect(trust).toContain(`"aws:SourceAccount":"${account}"`);
  });

  test("S3 is reached from the private and the isolated subnets without NAT", () => {
    const s3 = only(made, "aws:ec2/vpcEndpoint:VpcEndpoint", "net-endpoint-s3");
    expect(s3.inputs).toMatchObject({
      vpcEndpointType: "Gateway",
      serviceName: "com.amazonaws.eu-central-1.s3",
    });
  });

  test.each(endpointServices)("%s has an interface with its private name", (service) => {
    const endpoint = only(made, "aws:ec2/vpcEndpoint:VpcEndpoint", `net-endpoint-${service}`);
    expect(endpoint.inputs).toMatchObject({
      vpcEndpointType: "Interface",
      serviceName: `com.amazonaws.eu-central-1.${service}`,
      privateDnsEnabled: true,
    });
  });
});

describe("ways out", () => {
  const nat = "aws:ec2/natGateway:NatGateway";
  const routes = (made: readonly Made[]) =>
    Object.fromEntries(
      ofType(made, "aws:ec2/route:Route").map(({ name, inputs }) => [
        name,
        [inputs["routeTableId"], inputs["natGatewayId"] ?? inputs["gatewayId"]],
      ]),
    );
  const publicRoute = { "net-public-internet": ["net-public-routes-id", "net-internet-id"] };

  test("one NAT gateway a zone, each zone out by its own", () => {
    const made = usual;
    expect(named(made, nat)).toEqual(["net-nat-0", "net-nat-1", "net-nat-2"]);
    for (const index of [0, 1, 2]) {
      expect(only(made, nat, `net-nat-${index}`).inputs).toMatchObject({
        subnetId: `net-public-${index}-id`,
        allocationId: `net-nat-${index}-address-id`,
      });
    }
    expect(routes(made)).toEqual({
      ...publicRoute,
      "net-private-0-nat": ["net-private-0-routes-id", "net-nat-0-id"],
      "net-private-1-nat": ["net-private-1-routes-id", "net-nat-1-id"],
      "net-private-2-nat": ["net-private-2-routes-id", "net-nat-2-id"],
    });
  });

  test("one for all zones, with a reason", async () => {
    const made = await record({ nat: { one: "a rehearsal, to save money" } });
    expect(named(made, nat)).toEqual(["net-nat-0"]);
    expect(routes(made)).toEqual({
      ...publicRoute,
      "net-private-0-nat": ["net-private-0-routes-id", "net-nat-0-id"],
      "net-private-1-nat": ["net-private-1-routes-id", "net-nat-0-id"],
      "net-private-2-nat": ["net-private-2-routes-id", "net-nat-0-id"],
    });
  });

  test("none, with a reason: no address is paid for", async () => {
    const made = await record({ nat: { off: "a pilot light runs nothing" } });
    expect(named(made, nat)).toEqual([]);
    expect(named(made, "aws:ec2/eip:Eip")).toEqual([]);
    expect(routes(made)).toEqual(publicRoute);
  });

  test("each subnet is in its table, and isolated ones have no way out", () => {
    const made = usual;
    const associations = ofType(made, "aws:ec2/routeTableAssociation:RouteTableAssociation");
    const table = Object.fromEntries(
      associations.map(({ inputs }) => [String(inputs["subnetId"]), inputs["routeTableId"]]),
    );
    expect(table).toEqual({
      ...Object.fromEntries([0, 1, 2].map((i) => [`net-public-${i}-id`, "net-public-routes-id"])),
      ...Object.fromEntries(
        [0, 1, 2].map((i) => [`net-private-${i}-id`, `net-private-${i}-routes-id`]),
      ),
      ...Object.fromEntries(
        [0, 1, 2].map((i) => [`net-isolated-${i}-id`, "net-isolated-routes-id"]),
      ),
    });
    expect(JSON.stringify(routes(made))).not.toContain("isolated");
  });

  test("S3 is in the tables of all subnets that are not public", () => {
    const s3 = only(usual, "aws:ec2/vpcEndpoint:VpcEndpoint", "net-endpoint-s3");
    expect(s3.inputs["routeTableIds"]).toEqual([
      "net-private-0-routes-id",
      "net-private-1-routes-id",
      "net-private-2-routes-id",
      "net-isolated-routes-id",
    ]);
  });
});

describe("endpoints", () => {
  test("take HTTPS from the network alone, in all three zones", () => {
    const made = usual;
    const group = only(made, "aws:ec2/securityGroup:SecurityGroup");
    expect(group.inputs).toMatchObject({
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.20.0.0/16"] }],
      egress: [],
    });
    expect(only(made, "aws:ec2/vpcEndpoint:VpcEndpoint", "net-endpoint-kms").inputs).toMatchObject({
      subnetIds: ["net-private-0-id", "net-private-1-id", "net-private-2-id"],
      securityGroupIds: ["net-endpoints-id"],
    });
  });

  test("one is off with a reason; MSK's own is on when asked for, under its new name", async () => {
    const made = await record({
      endpoints: { off: { "eks-auth": "not in this region" }, kafka: true },
    });
    const endpoints = named(made, "aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(endpoints).not.toContain("net-endpoint-eks-auth");
    expect(endpoints).toContain("net-endpoint-kms");
    expect(
      only(made, "aws:ec2/vpcEndpoint:VpcEndpoint", "net-endpoint-kafka").inputs,
    ).toMatchObject({ serviceName: "aws.api.eu-central-1.kafka-api" });
  });

  test("MSK's own is off by default", () => {
    expect(named(usual, "aws:ec2/vpcEndpoint:VpcEndpoint")).not.toContain("net-endpoint-kafka");
  });
});

test("the account's limit is on the role of the flow logs", async () => {
  const made = await record({ permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/limit" });
  expect(only(made, "aws:iam/role:Role").inputs).toMatchObject({
    permissionsBoundary: "arn:aws:iam::123456789012:policy/limit",
  });
});

test("flow logs that are off leave no role behind", async () => {
  const made = await record({ flowLogs: { off: "a rehearsal in an empty account" } });
  for (const type of ["ec2/flowLog:FlowLog", "iam/role:Role", "cloudwatch/logGroup:LogGroup"]) {
    expect(named(made, `aws:${type}`)).toEqual([]);
  }
});

test("what must be there before a node starts: routes, their subnets, endpoints", async () => {
  let names: string[] = [];
  await recordAws(() => {
    names = namesOf(new AwsNetwork("net", { region: regionOf(), source: { create } }).ready);
  });
  expect(names).toEqual(
    expect.arrayContaining(["net-private-2-nat", "net-private-2-routes-0", "net-endpoint-ecr.dkr"]),
  );
});

test("a user has the last word on the VPC and on subnets", async () => {
  const made = await record({}, false, {
    vpc: { instanceTenancy: "dedicated" },
    subnet: (args) => ({ ...args, enableDns64: true }),
  });
  expect(only(made, "aws:ec2/vpc:Vpc").inputs).toMatchObject({
    instanceTenancy: "dedicated",
    cidrBlock: "10.20.0.0/16",
  });
  const subnets = ofType(made, "aws:ec2/subnet:Subnet");
  expect(subnets.every(({ inputs }) => inputs["enableDns64"] === true)).toBe(true);
});

/** Within the program: an error that leaves it would end the runtime for the tests that follow. */
async function refuses(source: AwsNetworkArgs["source"], message: string): Promise<void> {
  await recordAws(() => {
    expect(() => new AwsNetwork("net", { region: regionOf(), source })).toThrow(message);
  });
}

describe("zones", () => {
  test.each([
    [["eu-central-1a", "eu-central-1b"]],
    [["eu-central-1a", "eu-central-1b", "eu-central-1b"]],
    [["eu-central-1a", "eu-central-1b", "eu-west-1c"]],
    [["eu-central-1a", "eu-central-1b", "eu-central-1"]],
  ])("%j are refused", async (bad) => {
    await recordAws(() => {
      expect(() => {
        checkZones(regionOf(), bad);
      }).toThrow("three different zones of eu-central-1");
    });
  });

  test("that are refused stop the program, as do addresses that do not fit", async () => {
    const twice = ["eu-central-1a", "eu-central-1a", "eu-central-1b"] as const;
    await refuses({ create: { ...create, zones: twice } }, "recover:network.create.zones");
    await refuses({ create: { ...create, cidr: "10.0.0.0/8" } }, "/16 to /22");
  });
});
