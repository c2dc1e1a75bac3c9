import * as pulumi from "@pulumi/pulumi";
import { account, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { AwsKafka, type AwsKafkaArgs, type CreateKafka } from "./aws.ts";

export const hour = 3600;
export const clusterArn = `arn:aws:kafka:eu-central-1:${account}:cluster/acme-prod-g1-kafka/0f1e-2d3c-2`;
export const create: CreateKafka = {
  kind: "create",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b", "subnet-c"],
  clients: { clickhouse: "sg-clickhouse", jobs: "sg-jobs" },
  monitors: { prometheus: "sg-prometheus" },
  keyArn: "arn:aws:kms:eu-central-1:123456789012:key/volumes",
  logs: { bucket: "acme-logs", keyArn: "arn:aws:kms:eu-central-1:123456789012:key/logs" },
  objectives: {
    backupIntervalSeconds: 24 * hour,
    backupSeconds: hour,
    restoreSeconds: 2 * hour,
    marginSeconds: 48 * hour,
    bytesPerSecond: 200_000,
    partitions: 12,
  },
};
export const outputs = {
  "aws:msk/cluster:Cluster": {
    arn: clusterArn,
    bootstrapBrokersSaslScram: "b-1.kafka:9096",
    bootstrapBrokersSaslIam: "b-1.kafka:9098",
  },
  "aws:msk/configuration:Configuration": { latestRevision: 3 },
  "recover:index:Key": { value: "password-of-a-test" },
};

/** What a component's outputs held at the end. */
interface Seen {
  values: Record<string, unknown>;
}

/** Inside a recorded program. */
export const argsOf = (): AwsKafkaArgs => ({
  region: regionOf(),
  source: create,
  topic: "events",
  secretsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/secrets",
  consumerEpochs: [1, pulumi.output(2)],
});

export async function run(
  changed: Partial<AwsKafkaArgs> = {},
  options: { readonly dryRun?: boolean; readonly calls?: Record<string, () => object> } = {},
): Promise<{ made: Made[]; seen: Seen["values"] }> {
  const seen: Seen = { values: {} };
  const made = await recordAws(
    () => {
      const kafka = new AwsKafka("kafka", { ...argsOf(), ...changed });
      const {
        clusterArn: arn,
        bootstrapIam,
        bootstrapScram,
        producer,
        consumers,
        policies,
      } = kafka;
      pulumi
        .unsecret(
          pulumi.output({ arn, bootstrapIam, bootstrapScram, producer, consumers, policies }),
        )
        .apply((values) => {
          seen.values = values;
        });
    },
    { outputs, ...options },
  );
  return { made, seen: seen.values };
}
