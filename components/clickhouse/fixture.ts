import * as pulumi from "@pulumi/pulumi";
import { recordAws } from "../../tests/components/aws-mocks.ts";
import { clusterOf, image, outputs } from "../../tests/components/kubernetes.ts";
import { KubernetesClickHouse, type KubernetesClickHouseArgs } from "./kubernetes.ts";

export const nodes = [0, 1, 2].map((index) => ({
  host: `zookeeper-${index}.zookeeper.recover.svc.cluster.local`,
  port: 2181,
}));
export const vault = {
  endpoint: "https://s3.eu-central-1.amazonaws.com",
  region: "eu-central-1",
  bucket: "acme-backups",
};

export const given = (): Omit<KubernetesClickHouseArgs, "cluster"> => ({
  image: image("clickhouse"),
  zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
  storageClass: "recover-gp3",
  zookeeper: nodes,
  zookeeperIdentity: pulumi.secret("clickhouse:canary-zookeeper"),
  vault,
  vaultLogin: { kind: "keys", accessKeyId: "AKIABACKUP7", secretAccessKey: "canary-vault" },
  kafka: { kind: "scram", username: "clickhouse-e7", password: "canary-kafka" },
  networks: ["10.0.0.0/16"],
});

export async function record(change: Partial<KubernetesClickHouseArgs> = {}, dryRun = false) {
  const shown: { connection?: unknown; generation?: string } = {};
  const made = await recordAws(
    () => {
      const server = new KubernetesClickHouse("clickhouse", {
        cluster: clusterOf(),
        ...given(),
        ...change,
      });
      server.connection.apply((connection) => (shown.connection = connection));
      server.generation.apply((generation) => (shown.generation = generation));
    },
    { outputs: dryRun ? {} : outputs, dryRun },
  );
  return { made, shown };
}
