import {
  DescribeAddressesCommand,
  DescribeInstanceTypesCommand,
  paginateDescribeInstances,
  paginateDescribeInternetGateways,
  paginateDescribeNatGateways,
  paginateDescribeSubnets,
  paginateDescribeVpcs,
  type _InstanceType,
  type Tag,
} from "@aws-sdk/client-ec2";
import { paginateListClusters } from "@aws-sdk/client-eks";
import { ListDeliveryStreamsCommand } from "@aws-sdk/client-firehose";
import { paginateListClustersV2 } from "@aws-sdk/client-kafka";
import { paginateDescribeDBInstances } from "@aws-sdk/client-rds";
import type { AwsSettings } from "../../stacks/settings.ts";
import { pages, type RegionClients } from "./aws.ts";
import { of, type AskedHere } from "./offered.ts";

/** Whose resources are the stack's own: they are no longer asked for. */
export interface Owner {
  /** As tags have it. */
  readonly install: string;
  readonly stack: string;
  /** First part of physical names. */
  readonly prefix: string;
}

/**
 * A service quota that a stack of this kind meets in practice. Left out are those whose default is far from
 * it (KMS keys 100,000, alarms 5,000, secrets 500,000, roles 1,000) and S3's buckets, 10,000 by default, a
 * global quota that only us-east-1 answers for: no call leaves the stack's regions.
 */
export interface Quota {
  readonly service: string;
  readonly code: string;
  readonly what: string;
  readonly actions: readonly string[];
  /** What the stack adds; 0: nothing, the quota is not asked. */
  readonly needed: (
    here: AskedHere,
    settings: AwsSettings,
    clients: RegionClients,
  ) => number | Promise<number>;
  /** What others in the account have there. */
  readonly taken: (clients: RegionClients, owner: Owner, here: AskedHere) => Promise<number>;
}

const count = (type: string) => (here: AskedHere) => of(here.asked, type).length;
const foreign = (tags: readonly Tag[] | undefined, { install, stack }: Owner) => {
  const value = (key: string) => tags?.find(({ Key }) => Key === key)?.Value;
  return value("recover:install") !== install || value("recover:stack") !== stack;
};

/**
 * Codes as Service Quotas lists them (`aws service-quotas list-service-quotas --service-code vpc`); read from
 * https://github.com/gruntwork-io/terraform-aws-utilities modules/request-quota-increase, generated from there.
 */
export const quotas: readonly Quota[] = [
  {
    service: "vpc",
    code: "L-F678F1CE",
    what: "VPCs",
    actions: ["ec2:DescribeVpcs"],
    needed: count("aws:ec2/vpc:Vpc"),
    taken: async ({ ec2 }, owner) =>
      (await pages(paginateDescribeVpcs({ client: ec2 }, {}), (page) => page.Vpcs)).filter((each) =>
        foreign(each.Tags, owner),
      ).length,
  },
  {
    service: "vpc",
    code: "L-A4707A72",
    what: "internet gateways",
    actions: ["ec2:DescribeInternetGateways"],
    needed: count("aws:ec2/internetGateway:InternetGateway"),
    taken: async ({ ec2 }, owner) =>
      (
        await pages(
          paginateDescribeInternetGateways({ client: ec2 }, {}),
          (p) => p.InternetGateways,
        )
      ).filter((each) => foreign(each.Tags, owner)).length,
  },
  {
    service: "vpc",
    code: "L-FE5A380F",
    what: "NAT gateways a zone",
    actions: ["ec2:DescribeNatGateways", "ec2:DescribeSubnets"],
    // At most one a zone is asked for.
    needed: (here) => Math.min(1, count("aws:ec2/natGateway:NatGateway")(here)),
    taken: natGatewaysInFullestZone,
  },
  {
    service: "ec2",
    code: "L-0263D0A3",
    what: "Elastic IP addresses",
    actions: ["ec2:DescribeAddresses"],
    needed: count("aws:ec2/eip:Eip"),
    taken: async ({ ec2 }, owner) =>
      ((await ec2.send(new DescribeAddressesCommand({}))).Addresses ?? []).filter((each) =>
        foreign(each.Tags, owner),
      ).length,
  },
  {
    service: "ec2",
    code: "L-1216C47A",
    what: "vCPUs of standard on-demand instances",
    actions: ["ec2:DescribeInstances", "ec2:DescribeInstanceTypes"],
    needed: vCpusOfNodes,
    taken: vCpusOfOthers,
  },
  {
    service: "eks",
    code: "L-1194D53C",
    what: "EKS clusters",
    actions: ["eks:ListClusters"],
    needed: count("aws:eks/cluster:Cluster"),
    taken: async ({ eks }, { prefix }) =>
      (await pages(paginateListClusters({ client: eks }, {}), (page) => page.clusters)).filter(
        (name) => !name.startsWith(`${prefix}-`),
      ).length,
  },
  {
    service: "rds",
    code: "L-7B6409FD",
    what: "RDS instances",
    actions: ["rds:DescribeDBInstances"],
    needed: (here) => databases(here).length,
    taken: async (clients, owner) => (await otherDatabases(clients, owner)).length,
  },
  {
    service: "rds",
    code: "L-7ADDB58A",
    what: "GiB of RDS storage",
    actions: ["rds:DescribeDBInstances"],
    // A restored instance has the size of its backup, which the settings say too.
    needed: (here, { postgres }) => databases(here).length * postgres.allocatedGib,
    taken: async (clients, owner) =>
      sum(await otherDatabases(clients, owner), ({ AllocatedStorage: gib = 0 }) => gib),
  },
  {
    service: "kafka",
    code: "L-EDD31C36",
    what: "MSK brokers",
    actions: ["kafka:ListClustersV2"],
    needed: ({ asked }) =>
      sum(of(asked, "aws:msk/cluster:Cluster"), ({ inputs }) =>
        Number(inputs["numberOfBrokerNodes"]),
      ),
    taken: async ({ kafka }, { prefix }) =>
      sum(
        (
          await pages(paginateListClustersV2({ client: kafka }, {}), (page) => page.ClusterInfoList)
        ).filter(({ ClusterName: name = "" }) => !name.startsWith(`${prefix}-`)),
        ({ Provisioned: provisioned }) => provisioned?.NumberOfBrokerNodes ?? 0,
      ),
  },
  {
    service: "firehose",
    code: "L-14BB0BE7",
    what: "Firehose streams",
    actions: ["firehose:ListDeliveryStreams"],
    needed: count("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"),
    taken: streamsOfOthers,
  },
];

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

const databases = ({ asked }: AskedHere) =>
  of(asked, "aws:rds/instance:Instance").filter(({ inputs }) => "instanceClass" in inputs);

async function otherDatabases({ rds }: RegionClients, { prefix }: Owner) {
  const all = await pages(
    paginateDescribeDBInstances({ client: rds }, {}),
    (page) => page.DBInstances,
  );
  return all.filter(({ DBInstanceIdentifier: name = "" }) => !name.startsWith(`${prefix}-`));
}

async function natGatewaysInFullestZone(
  { ec2 }: RegionClients,
  owner: Owner,
  { zones }: AskedHere,
): Promise<number> {
  const gateways = (
    await pages(
      paginateDescribeNatGateways(
        { client: ec2 },
        { Filter: [{ Name: "state", Values: ["pending", "available", "deleting"] }] },
      ),
      (page) => page.NatGateways,
    )
  ).filter((each) => foreign(each.Tags, owner));
  const subnets = await pages(paginateDescribeSubnets({ client: ec2 }, {}), (page) => page.Subnets);
  const zoneOf = new Map(subnets.map((each) => [each.SubnetId, each.AvailabilityZone]));
  return Math.max(
    ...zones.map((zone) => gateways.filter((each) => zoneOf.get(each.SubnetId) === zone).length),
  );
}

/** Instances that count against "Standard": A, C, D, H, I, M, R, T, Z. */
const standard = /^(a|c|d|h|i|im|is|m|r|t|z)\d/;

/** With the largest type of each group, as any of its types may be the one that starts. */
async function vCpusOfNodes(
  { asked }: AskedHere,
  _settings: AwsSettings,
  { ec2 }: RegionClients,
): Promise<number> {
  const groups = of(asked, "aws:eks/nodeGroup:NodeGroup").map(({ inputs }) => ({
    types: ((inputs["instanceTypes"] as string[] | undefined) ?? []).filter((type) =>
      standard.test(type),
    ),
    nodes: (inputs["scalingConfig"] as { desiredSize?: number } | undefined)?.desiredSize ?? 0,
  }));
  const types = [...new Set(groups.flatMap((group) => group.types))] as _InstanceType[];
  if (types.length === 0) return 0;
  const { InstanceTypes: found = [] } = await ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: types }),
  );
  const size = new Map(
    found.map((each) => [each.InstanceType as string, each.VCpuInfo?.DefaultVCpus ?? 0]),
  );
  return sum(
    groups,
    (group) => group.nodes * Math.max(0, ...group.types.map((type) => size.get(type) ?? 0)),
  );
}

async function vCpusOfOthers({ ec2 }: RegionClients, owner: Owner): Promise<number> {
  const reservations = await pages(
    paginateDescribeInstances(
      { client: ec2 },
      { Filters: [{ Name: "instance-state-name", Values: ["pending", "running"] }] },
    ),
    (page) => page.Reservations,
  );
  const running = reservations
    .flatMap(({ Instances: all = [] }) => all)
    .filter(
      (each) => each.InstanceLifecycle === undefined && standard.test(each.InstanceType ?? ""),
    )
    .filter((each) => foreign(each.Tags, owner));
  return sum(running, ({ CpuOptions: cpu }) => (cpu?.CoreCount ?? 0) * (cpu?.ThreadsPerCore ?? 1));
}

async function streamsOfOthers({ firehose }: RegionClients, { prefix }: Owner): Promise<number> {
  const names: string[] = [];
  for (;;) {
    const last = names.at(-1);
    const page = await firehose.send(
      new ListDeliveryStreamsCommand(
        last === undefined ? {} : { ExclusiveStartDeliveryStreamName: last },
      ),
    );
    const found = page.DeliveryStreamNames ?? [];
    names.push(...found);
    if (page.HasMoreDeliveryStreams !== true || found.length === 0) break;
  }
  return names.filter((name) => !name.startsWith(`${prefix}-`)).length;
}
