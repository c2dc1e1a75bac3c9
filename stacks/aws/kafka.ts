import * as pulumi from "@pulumi/pulumi";
import { connectorNameOf } from "../../components/archive/connect.ts";
import type { AwsRegion } from "../../components/aws/context.ts";
import { AwsKafka, type AwsKafkaArgs } from "../../components/kafka/aws.ts";
import { REPLICATION_FACTOR } from "../../components/kafka/configuration.ts";
import { connectorGroup } from "../../components/kafka/policies.ts";
import type { AwsKeys } from "../../components/keys/aws.ts";
import type { KafkaConnection } from "../../scripts/connection.ts";
import type { Brokers, KafkaWish } from "../platform.ts";
import type { AwsSettings } from "../settings.ts";
import { kafkaObjectives } from "../settings/aws-checks.ts";
import { scramConsumer } from "./access.ts";
import type { Foundation } from "./foundation.ts";
import { consumerGroup } from "./roles.ts";

export interface AwsBrokers extends Brokers {
  readonly made: AwsKafka;
}

/** MSK. Its logins are SCRAM; jobs and the connector come by IAM. */
export function kafkaOf(
  settings: AwsSettings,
  region: AwsRegion,
  foundation: Foundation,
  keys: AwsKeys,
  wish: KafkaWish,
): AwsBrokers {
  const made = new AwsKafka(
    wish.name,
    {
      region,
      source: sourceOf(settings, foundation, keys),
      topic: settings.eventsTopic,
      group: consumerGroup,
      secretsKeyArn: keys.arnOf("credentials"),
      consumerEpochs: wish.consumerEpochs,
    },
    { dependsOn: [...wish.dependsOn] },
  );
  const consumers = made.consumers.map((login, index) =>
    scramConsumer(wish.consumerEpochs[index] ?? 1, login),
  );
  const withoutConsumers = pulumi.secret(
    pulumi
      .output({ scram: made.bootstrapScram, iam: made.bootstrapIam, producer: made.producer })
      .apply(({ scram, iam, producer }): KafkaConnection => ({
        bootstrap: scram,
        scramOver: "tls",
        // MSK takes client certificates of a private CA alone; nobody here has one.
        tlsBootstrap: "",
        // Public authorities: those that Node trusts.
        ca: "",
        iam: { bootstrap: iam, region: region.name },
        archive:
          settings.archive.kind === "firehose"
            ? { kind: "firehose" }
            : {
                kind: "connect",
                group: connectorGroup(connectorNameOf(region, settings.eventsTopic)),
              },
        clusterId: "",
        topic: settings.eventsTopic,
        partitions: settings.partitions,
        replicationFactor: REPLICATION_FACTOR,
        group: consumerGroup,
        producer: { username: producer.username, password: producer.password },
        formerConsumers: [],
      })),
  );
  const connection = pulumi.secret(
    pulumi
      .output({ known: withoutConsumers, all: consumers })
      .apply(({ known, all }): KafkaConnection => {
        const consumer = all.at(-1);
        return {
          ...known,
          ...(consumer === undefined ? {} : { consumer }),
          formerConsumers: all.slice(0, -1),
        };
      }),
  );
  return { made, resource: made, connection, withoutConsumers, consumers };
}

function sourceOf(
  settings: AwsSettings,
  { network, cluster, connectorGroup, support }: Foundation,
  keys: AwsKeys,
): AwsKafkaArgs["source"] {
  const { kafka, archive } = settings;
  if (kafka.adopt !== undefined) return { kind: "adopt", ...kafka.adopt };
  const subnet = (index: number) => network.isolatedSubnetIds.apply((ids) => ids[index] ?? "");
  return {
    kind: "create",
    vpcId: network.vpcId,
    subnetIds: [subnet(0), subnet(1), subnet(2)],
    clients: { cluster: cluster.securityGroupId, connector: connectorGroup },
    keyArn: keys.arnOf("kafka"),
    logs: { bucket: support.name, keyArn: keys.arnOf("kafka") },
    objectives: kafkaObjectives(settings),
    ...(kafka.retention === undefined ? {} : { retention: { seconds: kafka.retention } }),
    instanceType: kafka.instanceType,
    brokersPerZone: kafka.brokersPerZone,
    maxGibPerBroker: kafka.maxGibPerBroker,
    forFirehose: archive.kind === "firehose",
  };
}
