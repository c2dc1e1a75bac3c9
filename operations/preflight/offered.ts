import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeVpcEndpointServicesCommand,
} from "@aws-sdk/client-ec2";
import { paginateListKafkaVersions } from "@aws-sdk/client-kafka";
import {
  paginateDescribeOrderableDBInstanceOptions,
  paginateDescribeSourceRegions,
  type OrderableDBInstanceOption,
} from "@aws-sdk/client-rds";
import type { Asked } from "../stack/asked.ts";
import { pages, type RegionClients } from "./aws.ts";
import { asking, listed, ok, red, type Row } from "./row.ts";

/** What a stack asks for in one region, and its zones there. */
export interface AskedHere {
  readonly asked: readonly Asked[];
  readonly zones: readonly string[];
}

/** A text among its inputs; empty when only the cloud will know it. */
export function textOf(asked: Asked, key: string): string {
  const value = asked.inputs[key];
  return typeof value === "string" ? value : "";
}

export function of(asked: readonly Asked[], type: string): Asked[] {
  return asked.filter((each) => each.type === type);
}

/**
 * The class, in the version, with the storage and the second zone that are asked for.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
 */
export function databaseOffered(
  { region, rds }: RegionClients,
  { asked, zones }: AskedHere,
): Promise<readonly Row[]> {
  const actions = ["rds:DescribeOrderableDBInstanceOptions"];
  const all = of(asked, "aws:rds/instance:Instance").filter(
    (each) => "instanceClass" in each.inputs,
  );
  return each(all, async (instance) => {
    const wanted = textOf(instance, "instanceClass");
    const version = textOf(instance, "engineVersion");
    const storage = textOf(instance, "storageType");
    const multiAz = instance.inputs["multiAz"] === true;
    const what = `${wanted}, PostgreSQL ${version}`;
    return asking({ region, what, actions }, async () => {
      const options = await pages(
        paginateDescribeOrderableDBInstanceOptions(
          { client: rds, pageSize: 100 },
          { Engine: "postgres", DBInstanceClass: wanted, Vpc: true },
        ),
        (page) => page.OrderableDBInstanceOptions,
      );
      const same = options.filter(
        ({ EngineVersion: offered = "" }) =>
          offered === version || offered.startsWith(`${version}.`),
      );
      const fit = same.filter((option) => fits(option, storage, multiAz));
      const inZones = zones.filter((zone) => fit.some((option) => zonesOf(option).includes(zone)));
      const enough = multiAz ? 2 : 1;
      if (inZones.length >= enough) {
        const versions = [...new Set(fit.map((option) => option.EngineVersion ?? ""))];
        return [ok(region, what, `${versions.length} versions, in ${listed(inZones)}`)];
      }
      const found =
        options.length === 0
          ? "this class is not offered"
          : same.length === 0
            ? `the class is offered for ${listed([...new Set(options.map((o) => o.EngineVersion ?? ""))].slice(-5))}`
            : fit.length === 0
              ? `not with ${storage}, encryption${multiAz ? " and Multi-AZ" : ""}`
              : `only in ${listed(inZones)}, and ${enough} of the stack's zones are needed`;
      return [
        red(
          region,
          what,
          found,
          "Write a class of `aws rds describe-orderable-db-instance-options --engine postgres --region " +
            `${region}\` into recover:postgres.instanceClass, or another recover:postgres.majorVersion`,
        ),
      ];
    });
  });
}

function fits(option: OrderableDBInstanceOption, storage: string, multiAz: boolean): boolean {
  return (
    option.StorageType === storage &&
    option.SupportsStorageEncryption === true &&
    (!multiAz || option.MultiAZCapable === true)
  );
}

function zonesOf({ AvailabilityZones: zones = [] }: OrderableDBInstanceOption): string[] {
  return zones.flatMap(({ Name: name }) => name ?? []);
}

/**
 * Whether RDS copies automated backups between the two regions; asked where the copies go to.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/AutomatedBackups.Replicating.Describe.html
 */
export function backupCopyOffered(
  { region, rds }: RegionClients,
  { asked }: AskedHere,
  from: string,
): Promise<readonly Row[]> {
  const copies = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";
  if (of(asked, copies).length === 0) return Promise.resolve([]);
  const what = `RDS backups from ${from}`;
  return asking({ region, what, actions: ["rds:DescribeSourceRegions"] }, async () => {
    const regions = await pages(
      paginateDescribeSourceRegions({ client: rds }, {}),
      (page) => page.SourceRegions,
    );
    const source = regions.find(({ RegionName }) => RegionName === from);
    return source?.SupportsDBInstanceAutomatedBackupsReplication === true
      ? [ok(region, what, "can be replicated")]
      : [
          red(
            region,
            what,
            source === undefined ? "unknown here" : "cannot be replicated",
            `Choose a recover:standbyRegion that takes backups of ${from}: ` +
              "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RDS_Fea_Regions_DB-eng.Feature.CrossRegionAutomatedBackups.html",
          ),
        ];
  });
}

/** https://docs.aws.amazon.com/msk/1.0/apireference/kafka-versions.html */
export function kafkaOffered(
  clients: RegionClients,
  { asked, zones }: AskedHere,
): Promise<readonly Row[]> {
  const { region, kafka } = clients;
  return each(of(asked, "aws:msk/cluster:Cluster"), async (cluster) => {
    const version = textOf(cluster, "kafkaVersion");
    const broker = cluster.inputs["brokerNodeGroupInfo"] as { instanceType?: string } | undefined;
    const type = broker?.instanceType ?? "";
    const what = `Kafka ${version}`;
    const versions = await asking(
      { region, what, actions: ["kafka:ListKafkaVersions"] },
      async () => {
        const known = await pages(
          paginateListKafkaVersions({ client: kafka }, {}),
          (p) => p.KafkaVersions,
        );
        const status = known.find(({ Version }) => Version === version)?.Status;
        if (status === "ACTIVE") return [ok(region, what, "active")];
        const active = known.flatMap((k) => (k.Status === "ACTIVE" ? (k.Version ?? []) : []));
        return [
          red(
            region,
            what,
            status ?? "unknown to MSK here",
            `MSK offers ${active.join(", ")}: name one in components/kafka/aws-cluster.ts (kafkaVersion)`,
          ),
        ];
      },
    );
    const offered = await typesInZones(clients, zones, {
      what: `brokers ${type}`,
      types: [type.replace(/^kafka\./, "")],
      // MSK has no call that lists its broker sizes: where EC2 lacks the machine, MSK has no broker of it.
      where: "as an EC2 instance; MSK itself lists no broker sizes",
      setting: "recover:kafka.instanceType",
    });
    return [...versions, ...offered];
  });
}

/** Nodes are a group for each zone: a zone without the type has no node. */
export function nodesOffered(
  clients: RegionClients,
  { asked, zones }: AskedHere,
): Promise<readonly Row[]> {
  const groups = of(asked, "aws:eks/nodeGroup:NodeGroup");
  const types = [
    ...new Set(
      groups.flatMap((group) => (group.inputs["instanceTypes"] as string[] | undefined) ?? []),
    ),
  ];
  if (types.length === 0) return Promise.resolve([]);
  return typesInZones(clients, zones, {
    what: `nodes ${types.join(", ")}`,
    types,
    where: "at least one of them",
    setting: "recover:cluster.create.instanceTypes",
  });
}

interface WantedTypes {
  readonly what: string;
  /** One of them in each zone is enough. */
  readonly types: readonly string[];
  readonly where: string;
  readonly setting: string;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html */
function typesInZones(
  { region, ec2 }: RegionClients,
  zones: readonly string[],
  { what, types, where, setting }: WantedTypes,
): Promise<readonly Row[]> {
  const actions = ["ec2:DescribeInstanceTypeOfferings"];
  return asking({ region, what, actions }, async () => {
    const { InstanceTypeOfferings: offerings = [] } = await ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: "availability-zone",
        Filters: [{ Name: "instance-type", Values: [...types] }],
      }),
    );
    const without = zones.filter((zone) => !offerings.some(({ Location }) => Location === zone));
    if (without.length === 0) return [ok(region, what, `in ${listed(zones)}, ${where}`)];
    return [
      red(
        region,
        what,
        `not in ${listed(without)}`,
        `Write types into ${setting} that \`aws ec2 describe-instance-type-offerings --location-type ` +
          `availability-zone --region ${region}\` lists for ${listed(zones)}, or other recover:zones before the stack exists`,
      ),
    ];
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html */
export function endpointsOffered(
  { region, ec2 }: RegionClients,
  { asked, zones }: AskedHere,
): Promise<readonly Row[]> {
  const names = of(asked, "aws:ec2/vpcEndpoint:VpcEndpoint").map((each) =>
    textOf(each, "serviceName"),
  );
  if (names.length === 0) return Promise.resolve([]);
  const what = `${names.length} VPC endpoints`;
  return asking({ region, what, actions: ["ec2:DescribeVpcEndpointServices"] }, async () => {
    const { ServiceDetails: details = [] } = await ec2.send(
      new DescribeVpcEndpointServicesCommand({
        Filters: [{ Name: "service-name", Values: names }],
      }),
    );
    const there = (name: string) => details.find(({ ServiceName }) => ServiceName === name);
    const missing = names.filter((name) => there(name) === undefined);
    const lacking = names.flatMap((name) => {
      const { AvailabilityZones: has = zones } = there(name) ?? {};
      const without = zones.filter((zone) => !has.includes(zone));
      return without.length === 0 ? [] : [`${name} in ${listed(without)}`];
    });
    if (missing.length + lacking.length === 0)
      return [ok(region, what, "all offered in the zones")];
    return [
      red(
        region,
        what,
        `not offered: ${[...missing, ...lacking].join("; ")}`,
        "Take another region or other zones, or {adopt} a network whose pods reach these services by another way",
      ),
    ];
  });
}

/** One after another: services answer bursts with errors. */
export async function each<T>(
  items: readonly T[],
  ask: (item: T) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const item of items) rows.push(...(await ask(item)));
  return rows;
}
