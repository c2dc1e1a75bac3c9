import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { custom } from "../types.ts";
import type { Built, StackBuilder } from "./builder.ts";

/** A cluster in three zones. */
export function cluster(
  s: StackBuilder,
  more: Partial<aws.msk.ClusterArgs> = {},
  { name = "kafka", zones = 3 } = {},
): Built {
  return s.add(aws.msk.Cluster, name, {
    kafkaVersion: "3.9.x",
    numberOfBrokerNodes: 3,
    brokerNodeGroupInfo: {
      clientSubnets: Array.from({ length: zones }, (_, i) => `subnet-${i}`),
      instanceType: "kafka.m7g.large",
      securityGroups: ["sg-1"],
    },
    ...more,
  });
}

/** A cluster with a configuration of these broker settings. */
export function configured(s: StackBuilder, properties: Readonly<Record<string, unknown>>): Built {
  const configuration = s.add(aws.msk.Configuration, "settings", {
    serverProperties: Object.entries(properties)
      .map(([name, value]) => `${name} = ${String(value)}`)
      .join("\n"),
  });
  return cluster(s, { configurationInfo: { arn: configuration.arn, revision: 1 } });
}

export function topic(
  s: StackBuilder,
  name: string,
  config: Readonly<Record<string, string>> = {},
  partitions = 6,
): Built {
  return s.custom(custom.kafkaTopic, name, { name, partitions, replicationFactor: 3, config });
}

export function firehose(
  s: StackBuilder,
  topicName: pulumi.Input<string>,
  more: Partial<aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3Configuration> = {},
  source: Partial<aws.types.input.kinesis.FirehoseDeliveryStreamMskSourceConfiguration> = {},
): Built {
  return s.add(aws.kinesis.FirehoseDeliveryStream, "archive", {
    destination: "extended_s3",
    extendedS3Configuration: { bucketArn: "arn:aws:s3:::archive", roleArn: "r", ...more },
    mskSourceConfiguration: {
      authenticationConfiguration: { connectivity: "PRIVATE", roleArn: "r" },
      mskClusterArn: "arn:aws:kafka:eu-central-1:123456789012:cluster/kafka/a-1",
      topicName,
      ...source,
    },
  });
}

/** An S3 sink of Kafka Connect. */
export function sink(
  s: StackBuilder,
  settings: Readonly<Record<string, pulumi.Input<string>>>,
  more: Partial<aws.mskconnect.ConnectorArgs> = {},
  logicalName = "sink",
): Built {
  return s.add(aws.mskconnect.Connector, logicalName, {
    name: "archive-sink",
    capacity: { provisionedCapacity: { workerCount: 2 } },
    connectorConfiguration: {
      "connector.class": "io.lenses.streamreactor.connect.aws.s3.sink.S3SinkConnector",
      ...settings,
    },
    kafkaCluster: {
      apacheKafkaCluster: {
        bootstrapServers: "b:9098",
        vpc: { securityGroups: [], subnets: [] },
      },
    },
    kafkaClusterClientAuthentication: {},
    kafkaClusterEncryptionInTransit: {},
    kafkaconnectVersion: "3.7.x",
    plugins: [],
    serviceExecutionRoleArn: "r",
    ...more,
  });
}
