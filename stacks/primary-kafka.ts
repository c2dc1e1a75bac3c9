import * as pulumi from "@pulumi/pulumi";
import type { StepFactory, StepLike } from "../components/job/steps.ts";
import { connect, type ConnectionParts } from "../components/local/context.ts";
import type { EpochWriters } from "../components/vault/local.ts";
import type { Connection, KafkaConnection } from "../scripts/connection.ts";
import type { Epochs } from "./epochs.ts";
import { history, newest } from "./history.ts";
import type { Brokers, Ensemble, Platform, PlatformVault, Topology } from "./platform.ts";
import type { Settings } from "./settings.ts";

export interface PrimaryArgs {
  readonly settings: Settings;
  readonly platform: Platform;
  /** Steps beside the engines. */
  readonly steps: StepFactory;
  readonly base: ConnectionParts;
  readonly vault: PlatformVault;
  readonly writers: EpochWriters;
  readonly epochs: Epochs;
  readonly trust: pulumi.Input<Connection["trust"]>;
  readonly after: readonly pulumi.Resource[];
}

export interface PrimaryKafka {
  /** With the cluster id that the brokers answered with. */
  readonly connection: pulumi.Output<KafkaConnection>;
  readonly brokers: Brokers;
  readonly ensemble: Ensemble | undefined;
  /** Topics, logins and ACLs are as declared. */
  readonly ready: StepLike<Topology>;
}

/** ZooKeeper (where something needs it), the brokers, and what they hold besides events. */
export function kafkaOf(args: PrimaryArgs): PrimaryKafka {
  const { settings, platform, steps, base, epochs } = args;
  const recovered = newest(history(settings), "zookeeper");
  const dependsOn = [...args.after];
  const ensemble = platform.ensemble({
    name: recovered === undefined ? "zookeeper" : `zookeeper-${recovered.label}`,
    ...(recovered === undefined ? {} : { recoveryId: recovered.label }),
    dependsOn,
  });
  const restored =
    ensemble === undefined || recovered === undefined
      ? undefined
      : steps(
          `${recovered.label}-restore`,
          {
            command: "zookeeper-restore",
            connection: connect({
              ...base,
              zookeeper: ensemble.connection,
              vault: args.vault.recovery.near,
              control: args.vault.recovery.control,
            }),
            params: pulumi
              .output(epochs.all[epochAt(settings)])
              .apply((epoch) => ({ keepConsumer: `clickhouse-e${String(epoch)}` })),
            // Later on the brokers live by what they have written there since.
            once: true,
          },
          { dependsOn },
        );

  const brokers = platform.kafka({
    name: "kafka",
    ensemble,
    consumerEpochs: epochs.all,
    // The brokers restart with the new ensemble only when it holds their metadata again.
    dependsOn: restored === undefined ? dependsOn : [restored],
  });
  // Whose consumer the topology lets in: nobody at first (`attach` does, after the fence), and after a
  // lost ensemble the epoch that was in force then. A later recovery of ClickHouse does not change it.
  const keeps = recovered === undefined ? undefined : brokers.consumers[epochAt(settings)];
  const ready = steps<Topology>(
    recovered === undefined ? "kafka-topology" : `${recovered.label}-topology`,
    {
      command: "kafka-topology",
      connection: connect({
        ...base,
        epoch: 1,
        kafka: pulumi
          .output({ known: brokers.withoutConsumers, consumer: keeps })
          .apply(({ known, consumer }) => ({
            ...known,
            ...(consumer === undefined ? {} : { consumer }),
          })),
        ...(ensemble === undefined ? {} : { zookeeper: ensemble.connection }),
      }),
      params: pulumi
        .output(keeps)
        .apply((consumer): Record<string, unknown> =>
          consumer === undefined ? {} : { consumerEpoch: consumer.epoch },
        ),
    },
    { dependsOn: [brokers.resource, ...(restored === undefined ? [] : [restored])] },
  );
  return {
    connection: pulumi.secret(
      pulumi
        .all([brokers.connection, ready.result])
        .apply(([connection, { clusterId }]) => ({ ...connection, clusterId })),
    ),
    brokers,
    ensemble,
    ready,
  };
}

/** Index of the epoch that was in force when the newest ensemble was made. */
function epochAt(settings: Settings): number {
  const past = history(settings);
  const last = past.findLastIndex((each) => each.engine === "zookeeper");
  return past.slice(0, last + 1).filter((each) => each.engine === "clickhouse").length;
}
