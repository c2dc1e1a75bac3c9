import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, physicalName, type AwsRegion } from "../aws/context.ts";
import type { PolicyDocument } from "../kafka/iam.ts";
import { connectorGroup, connectorPolicy } from "../kafka/policies.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import { checkFlush, lensesConfiguration, workerProperties, type Flush } from "./lenses.ts";
import { checkPlugin, type ConnectorPlugin } from "./plugin.ts";
import { archiveRole, encryptedLogs, type ArchiveRole } from "./services.ts";
import {
  bucketPolicy,
  indexFolder,
  merged,
  placeOf,
  placePrefix,
  workingPrefixes,
  type ArchivePlace,
  type ArchiveTarget,
} from "./target.ts";

export interface AwsConnectArchiveArgs extends ArchiveTarget {
  /** The brokers' IAM listener. */
  readonly bootstrapIam: pulumi.Input<string>;
  readonly plugin: ConnectorPlugin;
  /** A versioned bucket of this region for the plugin's file. */
  readonly pluginBucket: pulumi.Input<string>;
  /** Private subnets with a way to S3 (NAT or an endpoint). */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Of the workers; the brokers must let it in. */
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** @default 60 seconds, 32 MiB, 50,000 records */
  readonly flush?: Partial<Flush>;
  /** @default 1 to 4 workers of 1 MCU */
  readonly capacity?: {
    readonly mcu?: 1 | 2 | 4 | 8;
    readonly minWorkers?: number;
    readonly maxWorkers?: number;
  };
  /** Encrypts the log group. */
  readonly logsKeyArn: pulumi.Input<string>;
  /** @default "3.7.x" */
  readonly connectVersion?: string;
  readonly transform?: {
    readonly configuration?: Transform<Record<string, string>>;
    readonly connector?: Transform<aws.mskconnect.ConnectorArgs>;
  };
}

/** Never of the epoch or the configuration: the connector's group and its position carry this name. */
export function connectorNameOf(region: AwsRegion, topic: string): string {
  return physicalName(region, `archive-${topic}`, 128);
}

/**
 * The archive by the Lenses S3 sink on MSK Connect: every record with key, headers, offset and time, each
 * once, in the layout that replay and proof read.
 *
 * Headers are kept as text and one for each name (the connector keeps a map); keys and values are kept byte
 * for byte. While an object is written it lies twice in the bucket, see {@link workingPrefixes}.
 *
 * @remarks Recovery: bounds the events that a lost region takes with it (`flush.seconds`, and the copy's lag).
 */
export class AwsConnectArchive extends pulumi.ComponentResource {
  readonly connectorArn: pulumi.Output<string>;
  /** Its consumer group: where the lag is read. */
  readonly group: string;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: AwsConnectArchiveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:archive:AwsConnectArchive", name, {}, opts);
    const { region, plugin } = args;
    requireChecksums(args);
    const { contentType } = checkPlugin(plugin);
    const child = { parent: this, provider: region.provider };
    const connectorName = connectorNameOf(region, args.topic);
    this.group = connectorGroup(connectorName);
    const place = placeOf(args);
    const role =
      args.roleArn === undefined ? this.role(name, args, place, connectorName) : undefined;
    this.roleArn = role === undefined ? pulumi.output(args.roleArn ?? "") : role.arn;

    const { customPlugin, workers } = lensesPlugin(name, args, contentType, child);
    const logs = encryptedLogs(
      `${name}-logs`,
      { name: `/aws/mskconnect/${connectorName}`, keyArn: args.logsKeyArn },
      child,
    );
    const connector = this.connector(name, args, {
      connectorName,
      place,
      customPlugin,
      workers,
      logs,
      access: role?.access,
    });
    this.connectorArn = connector.arn;
    this.registerOutputs({
      connectorArn: this.connectorArn,
      group: this.group,
      roleArn: this.roleArn,
    });
  }

  private connector(
    name: string,
    args: AwsConnectArchiveArgs,
    parts: {
      readonly connectorName: string;
      readonly place: pulumi.Output<ArchivePlace>;
      readonly customPlugin: aws.mskconnect.CustomPlugin;
      readonly workers: aws.mskconnect.WorkerConfiguration;
      readonly logs: aws.cloudwatch.LogGroup;
      readonly access: aws.iam.RolePolicy | undefined;
    },
  ): aws.mskconnect.Connector {
    const { mcu = 1, minWorkers = 1, maxWorkers = 4 } = args.capacity ?? {};
    const flush = checkFlush({ seconds: 60, bytes: 32 << 20, records: 50_000, ...args.flush });
    const configuration = pulumi.all([parts.place, args.bucket.name]).apply(([at, bucketName]) =>
      transformed(
        args.transform?.configuration,
        lensesConfiguration({
          place: at,
          bucket: bucketName,
          region: args.region.name,
          flush,
          // What MSK Connect itself makes of it when it scales: two tasks an MCU.
          tasks: maxWorkers * mcu * 2,
        }),
      ),
    );
    return new aws.mskconnect.Connector(
      `${name}-connector`,
      transformed(args.transform?.connector, {
        name: parts.connectorName,
        description: `Archives the topic ${args.topic} for recoveries`,
        kafkaconnectVersion: args.connectVersion ?? "3.7.x",
        capacity: {
          autoscaling: {
            mcuCount: mcu,
            minWorkerCount: minWorkers,
            maxWorkerCount: maxWorkers,
            scaleInPolicy: { cpuUtilizationPercentage: 20 },
            scaleOutPolicy: { cpuUtilizationPercentage: 80 },
          },
        },
        connectorConfiguration: configuration,
        kafkaCluster: {
          apacheKafkaCluster: {
            bootstrapServers: args.bootstrapIam,
            vpc: { securityGroups: [...args.securityGroupIds], subnets: [...args.subnetIds] },
          },
        },
        kafkaClusterClientAuthentication: { authenticationType: "IAM" },
        kafkaClusterEncryptionInTransit: { encryptionType: "TLS" },
        plugins: [
          {
            customPlugin: {
              arn: parts.customPlugin.arn,
              revision: parts.customPlugin.latestRevision,
            },
          },
        ],
        workerConfiguration: { arn: parts.workers.arn, revision: parts.workers.latestRevision },
        serviceExecutionRoleArn: this.roleArn,
        logDelivery: {
          workerLogDelivery: { cloudwatchLogs: { enabled: true, logGroup: parts.logs.name } },
        },
        tags: dataTags("none", args.epoch),
      }),
      {
        parent: this,
        provider: args.region.provider,
        dependsOn: parts.access === undefined ? [] : [parts.access],
        // One name, one group: the old one must be gone before the new one starts. It goes on where that ended.
        deleteBeforeReplace: true,
        customTimeouts: { create: "45m", update: "45m", delete: "30m" },
      },
    );
  }

  private role(
    name: string,
    args: AwsConnectArchiveArgs,
    place: pulumi.Output<ArchivePlace>,
    connectorName: string,
  ): ArchiveRole {
    const { region, epoch, bucket } = args;
    return archiveRole(
      { role: `${name}-role`, access: `${name}-access` },
      {
        region,
        service: "kafkaconnect.amazonaws.com",
        epoch,
        policy: pulumi
          .all([place, args.clusterArn, bucket.arn, bucket.keyArn])
          .apply(([at, clusterArn, bucketArn, keyArn]) =>
            JSON.stringify(
              connectArchivePolicy({
                place: at,
                clusterArn,
                consumerGroup: args.consumerGroup,
                connectorName,
                bucketArn,
                keyArn,
              }),
            ),
          ),
      },
      { parent: this, provider: region.provider },
    );
  }
}

/** The connector's code and its workers' properties: neither can be changed, so names carry the content. */
function lensesPlugin(
  name: string,
  { region, plugin, pluginBucket }: AwsConnectArchiveArgs,
  contentType: "ZIP" | "JAR",
  child: pulumi.CustomResourceOptions,
): {
  readonly customPlugin: aws.mskconnect.CustomPlugin;
  readonly workers: aws.mskconnect.WorkerConfiguration;
} {
  const file = new aws.s3.BucketObjectv2(
    `${name}-plugin-file`,
    {
      bucket: pluginBucket,
      key: `connect-plugins/${plugin.sha256}.${contentType.toLowerCase()}`,
      source: new pulumi.asset.FileAsset(plugin.path),
      tags: dataTags("none"),
    },
    child,
  );
  const customPlugin = new aws.mskconnect.CustomPlugin(
    `${name}-plugin`,
    {
      name: physicalName(region, `lenses-s3-${plugin.sha256.slice(0, 12)}`, 128),
      contentType,
      location: {
        s3: {
          bucketArn: pulumi.interpolate`arn:${region.partition}:s3:::${pluginBucket}`,
          fileKey: file.key,
          objectVersion: file.versionId,
        },
      },
      tags: dataTags("none"),
    },
    child,
  );
  const properties = workerProperties();
  const digest = createHash("sha256").update(properties).digest("hex").slice(0, 8);
  const workers = new aws.mskconnect.WorkerConfiguration(
    `${name}-workers`,
    {
      name: physicalName(region, `archive-${digest}`, 128),
      propertiesFileContent: properties,
      tags: dataTags("none"),
    },
    child,
  );
  return { customPlugin, workers };
}

/** What the connector's role may do: also for a pilot light that makes the role before the day. */
export function connectArchivePolicy(args: {
  readonly place: ArchivePlace;
  readonly clusterArn: string;
  readonly consumerGroup: string;
  readonly connectorName: string;
  readonly bucketArn: string;
  readonly keyArn: string;
}): PolicyDocument {
  const { place, clusterArn, connectorName, bucketArn, keyArn } = args;
  return merged(
    connectorPolicy({ clusterArn, topic: place.topic, group: args.consumerGroup, connectorName }),
    bucketPolicy({
      bucketArn,
      keyArn,
      write: [`${placePrefix(place)}/`],
      rewrite: [`${indexFolder(place)}/`, `${workingPrefixes.staging}${place.topic}/`],
    }),
  );
}

/**
 * S3 refuses a PUT without a checksum where default retention applies, so nothing would be archived.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
function requireChecksums({ bucket, plugin }: AwsConnectArchiveArgs): void {
  if (!bucket.defaultRetention || plugin.sendsChecksums === true) return;
  throw new Error(
    "The archive bucket locks every new object by default (bucket.defaultRetention), and S3 then takes only PUTs " +
      "with a checksum, which the Lenses connector's S3 client does not send before AWS SDK 2.30: nothing would be " +
      "archived. Leave default retention off the bucket that the connector writes to and lock its copy in the " +
      "standby's region, or, for a release that was seen to write into a locked bucket, set plugin.sendsChecksums.",
  );
}
