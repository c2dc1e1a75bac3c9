import * as pulumi from "@pulumi/pulumi";
import { LocalKafka } from "../components/kafka/local.ts";
import { connect, type ConnectionParts, type LocalRegion } from "../components/local/context.ts";
import { Step } from "../components/local/step.ts";
import type { LocalVault } from "../components/vault/local.ts";
import { LocalZooKeeper } from "../components/zookeeper/local.ts";
import type { Connection, ConsumerLogin, KafkaConnection } from "../scripts/connection.ts";
import type { Epochs } from "./epochs.ts";
import { history, newest } from "./region.ts";
import type { Settings } from "./settings.ts";

export interface PrimaryArgs {
  readonly settings: Settings;
  readonly region: LocalRegion;
  readonly base: ConnectionParts;
  readonly vault: LocalVault;
  readonly epochs: Epochs;
  readonly trust: pulumi.Input<Connection["trust"]>;
  readonly after: readonly pulumi.Resource[];
}

export interface PrimaryKafka {
  /** With the cluster id that the brokers answered with. */
  readonly connection: pulumi.Output<KafkaConnection>;
  readonly zookeeper?: pulumi.Output<NonNullable<Connection["zookeeper"]>>;
  /** ClickHouse's login of the epoch in force. */
  readonly consumer: pulumi.Output<ConsumerLogin>;
  readonly ca: pulumi.Output<string>;
  /** Topics, logins and ACLs are as declared. */
  readonly ready: Step;
}

/** ZooKeeper (where Kafka needs it), the brokers, and what they hold besides events. */
export function kafkaOf(args: PrimaryArgs): PrimaryKafka {
  const { settings, region, base, epochs } = args;
  const recovered = newest(history(settings), "zookeeper");
  const dependsOn = [...args.after];
  const zookeeper =
    settings.kafkaMode === "zookeeper"
      ? new LocalZooKeeper(
          recovered === undefined ? "zookeeper" : `zookeeper-${recovered.label}`,
          { region, ...(recovered === undefined ? {} : { recoveryId: recovered.label }) },
          { dependsOn },
        )
      : undefined;
  const restored =
    zookeeper === undefined || recovered === undefined
      ? undefined
      : new Step(
          `${recovered.label}-restore`,
          {
            command: "zookeeper-restore",
            connection: connect({
              ...base,
              zookeeper: zookeeper.connection,
              vault: args.vault.recovery.near,
              control: args.vault.recovery.control,
            }),
            params: pulumi
              .output(epochs.all[epochAt(settings)])
              .apply((epoch) => ({ keepConsumer: `clickhouse-e${String(epoch)}` })),
          },
          // Once: later on the brokers live by what they have written there since.
          { dependsOn, ignoreChanges: ["connection", "params"] },
        );

  const kafka = new LocalKafka(
    "kafka",
    {
      region,
      mode: settings.kafkaMode,
      ...(zookeeper === undefined
        ? {}
        : { ensemble: { connect: zookeeper.kafkaConnect, password: zookeeper.kafkaPassword } }),
      topic: settings.eventsTopic,
      partitions: settings.partitions,
      consumerEpochs: epochs.all,
    },
    // The brokers restart with the new ensemble only when it holds their metadata again.
    { dependsOn: restored === undefined ? dependsOn : [restored] },
  );
  const consumer = kafka.consumers.at(-1);
  if (consumer === undefined) throw new Error("Kafka was made without a login for ClickHouse");
  // Whose consumer the topology lets in: nobody at first (`attach` does, after the fence), and after a
  // lost ensemble the epoch that was in force then. A later recovery of ClickHouse does not change it.
  const keeps = recovered === undefined ? undefined : kafka.consumers[epochAt(settings)];
  const ready = new Step<{ clusterId: string }>(
    recovered === undefined ? "kafka-topology" : `${recovered.label}-topology`,
    {
      command: "kafka-topology",
      connection: connect({
        ...base,
        epoch: 1,
        kafka: pulumi
          .output({ known: kafka.withoutConsumers, consumer: keeps })
          .apply(({ known, consumer }) => ({
            ...known,
            ...(consumer === undefined ? {} : { consumer }),
          })),
        ...(zookeeper === undefined ? {} : { zookeeper: zookeeper.connection }),
      }),
      params: pulumi
        .output(keeps)
        .apply((consumer): Record<string, unknown> =>
          consumer === undefined ? {} : { consumerEpoch: consumer.epoch },
        ),
    },
    { dependsOn: [kafka, ...(restored === undefined ? [] : [restored])] },
  );
  return {
    connection: pulumi.secret(
      pulumi
        .all([kafka.connection, ready.result])
        .apply(([connection, { clusterId }]) => ({ ...connection, clusterId })),
    ),
    ...(zookeeper === undefined ? {} : { zookeeper: zookeeper.connection }),
    consumer,
    ca: kafka.ca,
    ready,
  };
}

/** Index of the epoch that was in force when the newest ensemble was made. */
function epochAt(settings: Settings): number {
  const past = history(settings);
  const last = past.findLastIndex((each) => each.engine === "zookeeper");
  return past.slice(0, last + 1).filter((each) => each.engine === "clickhouse").length;
}
