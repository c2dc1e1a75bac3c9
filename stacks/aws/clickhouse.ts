import { KubernetesClickHouse } from "../../components/clickhouse/kubernetes.ts";
import { images } from "../../components/eks/images.ts";
import type { KubernetesRunner } from "../../components/job/runner.ts";
import type { AwsKafka } from "../../components/kafka/aws.ts";
import type { VaultPlace } from "../../components/vault/contract.ts";
import { KubernetesZooKeeper } from "../../components/zookeeper/kubernetes.ts";
import type { ClickHouseWish, EngineWish } from "../platform.ts";
import type { AwsSettings } from "../settings.ts";
import { s3Endpoint } from "../../lib/aws.ts";
import { vaultSideOf } from "./access.ts";
import type { Foundation } from "./foundation.ts";

export interface EnginePlace {
  readonly settings: AwsSettings;
  readonly foundation: Foundation;
  /** The vault in this region. */
  readonly side: VaultPlace;
}

export function ensembleOf(
  { settings, foundation, side }: EnginePlace,
  runner: KubernetesRunner,
  { name, dependsOn }: EngineWish,
): KubernetesZooKeeper {
  const { kubernetes, image, cluster, ready } = foundation;
  const { members, storage, snapshots } = settings.zookeeper;
  return new KubernetesZooKeeper(
    name,
    {
      cluster: kubernetes,
      image: image("zookeeper"),
      version: images.zookeeper.tag,
      members,
      storage,
      storageClass: cluster.storageClass,
      snapshots:
        "off" in snapshots
          ? snapshots
          : {
              runner,
              base: runner.base,
              vault: vaultSideOf({
                region: side.region,
                backups: side.backups.name,
                archive: side.archive.name,
              }),
              cron: snapshots.cron,
            },
    },
    { dependsOn: [...dependsOn, ...ready] },
  );
}

/** ClickHouse by the operator, with the Kafka login of the epoch in force and its pods' own at the vault. */
export function clickhouseOf(
  { settings, foundation, side }: EnginePlace,
  zookeeper: KubernetesZooKeeper,
  kafka: AwsKafka,
  { name, dependsOn }: ClickHouseWish,
): KubernetesClickHouse {
  const { kubernetes, image, cluster, ready, operator } = foundation;
  const consumer = kafka.consumers.at(-1);
  if (consumer === undefined) throw new Error("Kafka was made without a login for ClickHouse");
  const { network, zones, clickhouseOperator, install } = settings;
  const { region, backups } = side;
  return new KubernetesClickHouse(
    name,
    {
      cluster: kubernetes,
      image: image("clickhouse"),
      ...settings.clickhouse,
      zones,
      storageClass: cluster.storageClass,
      zookeeper: zookeeper.nodes,
      zookeeperIdentity: zookeeper.clickhouseIdentity,
      vault: backups.name.apply((bucket) => ({ endpoint: s3Endpoint({ region }), region, bucket })),
      vaultLogin: { kind: "environment" },
      kafka: {
        kind: "scram",
        username: consumer.apply(({ username }) => username),
        password: consumer.apply(({ password }) => password),
      },
      networks: ["adopt" in network ? network.adopt.cidr : network.create.cidr],
      operatorNamespace:
        "existing" in clickhouseOperator ? clickhouseOperator.existing.namespace : install,
    },
    { dependsOn: [...dependsOn, ...ready, ...operator] },
  );
}
