import type { AwsSettings } from "../../stacks/settings.ts";
import type { Asked } from "../stack/asked.ts";

/** Hours a month that AWS's own calculator counts with. */
export const hoursAMonth = 730;
const gib = 1024 ** 3;

/** So much of one thing that has a price, in one region, a month. */
export interface Quantity {
  /** What the price file calls it. */
  readonly item: string;
  readonly region: string;
  readonly amount: number;
  readonly unit: Unit;
  /** What it is for. */
  readonly of: string;
}

export type Unit = "hour" | "GiB-month" | "month";

/** What is not counted, since nothing in the settings tells how much it will be. */
export const notCounted: readonly string[] = [
  "backups of ClickHouse (their size is the data's, in both regions)",
  "requests of S3 and KMS, log volume, metrics",
  "transfer: between zones, between the regions (replication), through NAT gateways and endpoints, to the internet",
  "what grows by itself: storage of RDS and MSK beyond the first, nodes and workers beyond the least",
  "backups of RDS beyond the size of its storage, and their copies",
];

/** What the estimate takes for granted, in the words of the settings. */
export function assumptionsOf(settings: AwsSettings): string[] {
  const { kafka } = settings;
  return [
    `${hoursAMonth} hours a month, list prices on demand, without tax, credits and commitments`,
    `the archive takes recover:kafka.bytesPerSecond (${kafka.bytesPerSecond}) at every second, uncompressed: its peak, so a bound`,
    "nodes are of the first type of their group; workers of the connector are the least that it may have",
  ];
}

/** Counts and sizes of what a stack's program asks for. */
export function quantitiesOf(asked: readonly Asked[], settings: AwsSettings): Quantity[] {
  return [
    ...asked.flatMap((each) => {
      const { region } = each;
      if (region === undefined) return [];
      return (rules[each.type]?.(each, settings) ?? []).map((part) => ({ ...part, region }));
    }),
    ...nodesOf(asked),
    ...volumesOf(asked, settings),
    ...archiveOf(asked, settings),
  ].filter(({ amount }) => amount > 0);
}

type Part = Omit<Quantity, "region">;
type Rule = (asked: Asked, settings: AwsSettings) => Part[];

const hours = (item: string, of: string, amount = 1): Part => ({
  item,
  of,
  amount: amount * hoursAMonth,
  unit: "hour",
});
const monthly = (item: string, of: string): Part => ({ item, of, amount: 1, unit: "month" });
const stored = (item: string, of: string, amount: number): Part => ({
  item,
  of,
  amount,
  unit: "GiB-month",
});

const rules: Readonly<Record<string, Rule>> = {
  "aws:rds/instance:Instance": ({ inputs }, { postgres }) => {
    const { instanceClass, multiAz, storageType } = inputs;
    // An adopted one is paid for already.
    if (typeof instanceClass !== "string") return [];
    const zones = multiAz === true ? "Multi-AZ" : "Single-AZ";
    return [
      hours(`RDS PostgreSQL ${instanceClass} ${zones}`, "PostgreSQL"),
      stored(
        `RDS ${String(storageType)} ${zones}`,
        "PostgreSQL",
        Number(inputs["allocatedStorage"] ?? postgres.allocatedGib),
      ),
    ];
  },
  "aws:msk/cluster:Cluster": ({ inputs }) => {
    const brokers = Number(inputs["numberOfBrokerNodes"]);
    const group = inputs["brokerNodeGroupInfo"] as {
      instanceType: string;
      storageInfo: { ebsStorageInfo: { volumeSize: number } };
    };
    return [
      hours(`MSK ${group.instanceType}`, "Kafka", brokers),
      stored("MSK storage", "Kafka", brokers * group.storageInfo.ebsStorageInfo.volumeSize),
    ];
  },
  "aws:mskconnect/connector:Connector": ({ inputs }) => {
    const { autoscaling } = inputs["capacity"] as {
      autoscaling: { mcuCount: number; minWorkerCount: number };
    };
    return [hours("MSK Connect MCU", "archive", autoscaling.mcuCount * autoscaling.minWorkerCount)];
  },
  "aws:eks/cluster:Cluster": () => [hours("EKS cluster", "Kubernetes")],
  "aws:ec2/natGateway:NatGateway": () => [hours("NAT gateway", "network")],
  "aws:ec2/eip:Eip": () => [hours("public IPv4 address", "network")],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ({ inputs }) =>
    inputs["vpcEndpointType"] === "Interface"
      ? [hours("interface endpoint", "network", subnetsOf(inputs["subnetIds"]))]
      : [],
  "aws:kms/key:Key": () => [monthly("KMS key", "keys")],
  "aws:secretsmanager/secret:Secret": () => [monthly("secret", "credentials")],
  "aws:cloudwatch/metricAlarm:MetricAlarm": () => [monthly("metric alarm", "alarms")],
};

/** An endpoint has one network interface a zone; the stack has three. */
function subnetsOf(ids: unknown): number {
  return Array.isArray(ids) && ids.length > 0 ? ids.length : 3;
}

function nodesOf(asked: readonly Asked[]): Quantity[] {
  const disk = asked.find(({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate");
  const { ebs } =
    (disk?.inputs["blockDeviceMappings"] as { ebs: { volumeSize: number } }[] | undefined)?.[0] ??
    {};
  return asked
    .filter(({ type }) => type === "aws:eks/nodeGroup:NodeGroup")
    .flatMap(({ inputs, region = "" }) => {
      const [type = ""] = inputs["instanceTypes"] as string[];
      const { desiredSize } = inputs["scalingConfig"] as { desiredSize: number };
      return [
        { ...hours(`EC2 ${type}`, "Kubernetes", desiredSize), region },
        { ...stored("EBS gp3", "nodes", desiredSize * (ebs?.volumeSize ?? 0)), region },
      ];
    });
}

/** Claims of the pods that keep data. */
function volumesOf(
  asked: readonly Asked[],
  { region, clickhouse, zookeeper }: AwsSettings,
): Quantity[] {
  const has = (type: string) => asked.some((each) => each.type === type);
  const gibOf = (size: string) =>
    Number(/^(\d+)Gi$/.exec(size)?.[1] ?? 0) || 1024 * Number(/^(\d+)Ti$/.exec(size)?.[1] ?? 0);
  const replicas = clickhouse.replicas * clickhouse.shards;
  return [
    ...(has("kubernetes:clickhouse.altinity.com/v1:ClickHouseInstallation")
      ? [{ ...stored("EBS gp3", "ClickHouse", replicas * gibOf(clickhouse.storage)), region }]
      : []),
    ...(has("kubernetes:apps/v1:StatefulSet")
      ? [
          {
            ...stored("EBS gp3", "ZooKeeper", zookeeper.members * gibOf(zookeeper.storage)),
            region,
          },
        ]
      : []),
  ];
}

/** In each region, for as long as its bucket's lifecycle keeps an object and the version behind it. */
function archiveOf(asked: readonly Asked[], { kafka }: AwsSettings): Quantity[] {
  return asked
    .filter(
      ({ type, name }) =>
        type === "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration" &&
        name.includes("archive"),
    )
    .map(({ inputs, region = "" }) => {
      const all = inputs["rules"] as {
        expiration?: { days?: number };
        noncurrentVersionExpiration?: { noncurrentDays?: number };
      }[];
      const days =
        Math.max(0, ...all.map(({ expiration }) => expiration?.days ?? 0)) +
        Math.max(
          0,
          ...all.map(({ noncurrentVersionExpiration: each }) => each?.noncurrentDays ?? 0),
        );
      const bytes = kafka.bytesPerSecond * days * 86_400;
      return { ...stored("S3 standard", "archive", bytes / gib), region };
    });
}
