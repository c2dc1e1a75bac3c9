import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { dataTags, physicalName, type AwsRegion } from "../aws/context.ts";
import { REPLICATION_FACTOR, serverProperties } from "./configuration.ts";
import { firehoseClusterPolicy } from "./policies.ts";
import { deriveRetention, type KafkaObjectives, type RetentionWish } from "./retention.ts";
import { transformed, type Transform } from "../aws/transform.ts";

/** A cluster of our own. */
export interface CreateKafka {
  readonly kind: "create";
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one in each of three zones. */
  readonly subnetIds: readonly [pulumi.Input<string>, pulumi.Input<string>, pulumi.Input<string>];
  /** Security groups of who connects, by a short name: ClickHouse's pods, jobs, MSK Connect. */
  readonly clients: Readonly<Record<string, pulumi.Input<string>>>;
  /** Security groups that may read the Prometheus exporters. @default none */
  readonly monitors?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Encrypts the brokers' volumes. */
  readonly keyArn: pulumi.Input<string>;
  readonly logs: {
    readonly bucket: pulumi.Input<string>;
    /** @default "kafka/" */
    readonly prefix?: string;
    /** Encrypts the log group; its policy must let CloudWatch Logs use it. */
    readonly keyArn: pulumi.Input<string>;
    /** @default 90 */
    readonly days?: number;
  };
  /** @remarks Recovery: what a restored backup lacks must still be in Kafka; retention follows from them. */
  readonly objectives: KafkaObjectives;
  /** @default what the objectives need */
  readonly retention?: RetentionWish;
  /** @default "3.8.x.kraft": MSK's recommended version, with its own coordination (no ZooKeeper) */
  readonly kafkaVersion?: string;
  /** @default "kafka.m7g.large" */
  readonly instanceType?: string;
  /** @default 1 */
  readonly brokersPerZone?: number;
  /** What a broker's volume may grow to. @default 16384, MSK's limit */
  readonly maxGibPerBroker?: number;
  /** Opens the private connection that Firehose needs, and nothing else. @default false */
  readonly forFirehose?: boolean;
  readonly transform?: {
    readonly configuration?: Transform<aws.msk.ConfigurationArgs>;
    readonly cluster?: Transform<aws.msk.ClusterArgs>;
    readonly storagePolicy?: Transform<aws.appautoscaling.PolicyArgs>;
  };
}

const ports = { scram: 9096, iam: 9098, jmxExporter: 11_001, nodeExporter: 11_002 };

/** A volume that is fuller than this grows. */
const FULL_PERCENT = 60;
const MAX_GIB = 16_384;

export interface CreatedKafka {
  readonly cluster: aws.msk.Cluster;
  readonly securityGroup: aws.ec2.SecurityGroup;
}

/** The cluster with its network, configuration, logs and storage policy. */
export function createCluster(
  name: string,
  region: AwsRegion,
  source: CreateKafka,
  parent: pulumi.Resource,
): CreatedKafka {
  requireConnectable(source);
  const child = { parent, provider: region.provider };
  const brokers = REPLICATION_FACTOR * (source.brokersPerZone ?? 1);
  const maxGibPerBroker = source.maxGibPerBroker ?? MAX_GIB;
  const retention = deriveRetention(
    source.objectives,
    { brokers, replicationFactor: REPLICATION_FACTOR, maxGibPerBroker, fullPercent: FULL_PERCENT },
    source.retention,
  );
  const securityGroup = createSecurityGroup(name, region, source, child);
  const configuration = new aws.msk.Configuration(
    `${name}-configuration`,
    // Neither versions nor content in its name or arguments: both would replace it, and what is in use
    // cannot be deleted. A changed property is a new revision.
    transformed(source.transform?.configuration, {
      name: physicalName(region, "kafka", 256),
      description:
        "Refuses every login that no ACL lets in; retention from the recovery objectives",
      serverProperties: serverProperties(retention),
    }),
    child,
  );
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    {
      name: `/aws/msk/${physicalName(region, "kafka", 256)}`,
      kmsKeyId: source.logs.keyArn,
      retentionInDays: source.logs.days ?? 90,
      tags: dataTags("none"),
    },
    child,
  );
  const cluster = new aws.msk.Cluster(
    `${name}-cluster`,
    transformed(source.transform?.cluster, {
      clusterName: physicalName(region, "kafka", 64),
      kafkaVersion: source.kafkaVersion ?? "3.8.x.kraft",
      numberOfBrokerNodes: brokers,
      brokerNodeGroupInfo: {
        instanceType: source.instanceType ?? "kafka.m7g.large",
        clientSubnets: [...source.subnetIds],
        securityGroups: [securityGroup.id],
        storageInfo: { ebsStorageInfo: { volumeSize: retention.gibPerBroker } },
        connectivityInfo: {
          publicAccess: { type: "DISABLED" },
          ...(source.forFirehose === true
            ? { vpcConnectivity: { clientAuthentication: { sasl: { iam: true, scram: false } } } }
            : {}),
        },
      },
      clientAuthentication: { sasl: { iam: true, scram: true }, unauthenticated: false },
      configurationInfo: { arn: configuration.arn, revision: configuration.latestRevision },
      encryptionInfo: {
        encryptionAtRestKmsKeyArn: source.keyArn,
        encryptionInTransit: { clientBroker: "TLS", inCluster: true },
      },
      enhancedMonitoring: "PER_TOPIC_PER_BROKER",
      openMonitoring: {
        prometheus: {
          jmxExporter: { enabledInBroker: true },
          nodeExporter: { enabledInBroker: true },
        },
      },
      loggingInfo: {
        brokerLogs: {
          cloudwatchLogs: { enabled: true, logGroup: logGroup.name },
          s3: {
            enabled: true,
            bucket: source.logs.bucket,
            prefix: source.logs.prefix ?? "kafka/",
          },
        },
      },
      tags: dataTags("events"),
    }),
    {
      ...child,
      protect: true,
      retainOnDelete: true,
      // The volume grows by itself.
      ignoreChanges: ["brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"],
      customTimeouts: { create: "2h", update: "4h", delete: "2h" },
    },
  );
  growStorage(name, cluster, maxGibPerBroker, source.transform?.storagePolicy, child);
  if (source.forFirehose === true) {
    new aws.msk.ClusterPolicy(
      `${name}-policy`,
      {
        clusterArn: cluster.arn,
        policy: cluster.arn.apply((arn) => JSON.stringify(firehoseClusterPolicy(arn))),
      },
      child,
    );
  }
  return { cluster, securityGroup };
}

/** @see https://docs.aws.amazon.com/msk/latest/developerguide/aws-access-mult-vpc.html */
function requireConnectable({ forFirehose, instanceType }: CreateKafka): void {
  if (forFirehose !== true || instanceType !== "kafka.t3.small") return;
  throw new Error(
    "kafka.instanceType is kafka.t3.small, which has no multi-VPC private connectivity: an archive of kind " +
      '"firehose" could not read the cluster. Write kafka.m7g.large or larger, or archive.kind "lenses".',
  );
}

function createSecurityGroup(
  name: string,
  region: AwsRegion,
  source: CreateKafka,
  child: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(
    `${name}-brokers`,
    {
      vpcId: source.vpcId,
      description: "Kafka brokers: SCRAM and IAM listeners from named clients alone",
      tags: { Name: physicalName(region, "kafka", 255), ...dataTags("none") },
    },
    child,
  );
  const allow = (who: string, from: pulumi.Input<string>, listeners: (keyof typeof ports)[]) => {
    for (const listener of listeners) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-${who}-${listener}`,
        {
          securityGroupId: group.id,
          referencedSecurityGroupId: from,
          ipProtocol: "tcp",
          fromPort: ports[listener],
          toPort: ports[listener],
          description: `${listener} from ${who}`,
        },
        child,
      );
    }
  };
  for (const [who, from] of Object.entries(source.clients)) allow(who, from, ["scram", "iam"]);
  for (const [who, from] of Object.entries(source.monitors ?? {})) {
    allow(who, from, ["jmxExporter", "nodeExporter"]);
  }
  return group;
}

/** @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-autoexpand.html */
function growStorage(
  name: string,
  cluster: aws.msk.Cluster,
  maxCapacity: number,
  transform: Transform<aws.appautoscaling.PolicyArgs> | undefined,
  child: pulumi.CustomResourceOptions,
): void {
  const target = new aws.appautoscaling.Target(
    `${name}-storage`,
    {
      serviceNamespace: "kafka",
      scalableDimension: "kafka:broker-storage:VolumeSize",
      resourceId: cluster.arn,
      minCapacity: 1,
      maxCapacity,
    },
    child,
  );
  new aws.appautoscaling.Policy(
    `${name}-storage-policy`,
    transformed(transform, {
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        // A broker's volume cannot shrink.
        disableScaleIn: true,
        predefinedMetricSpecification: { predefinedMetricType: "KafkaBrokerStorageUtilization" },
        targetValue: FULL_PERCENT,
      },
    }),
    child,
  );
}
