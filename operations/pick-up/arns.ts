import { paginateListConfigurations, paginateListClustersV2 } from "@aws-sdk/client-kafka";
import { DescribeDeliveryStreamCommand } from "@aws-sdk/client-firehose";
import {
  paginateListConnectors,
  paginateListCustomPlugins,
  paginateListWorkerConfigurations,
} from "@aws-sdk/client-kafkaconnect";
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { clientsOf, pages, type AwsAccess, type RegionClients } from "../preflight/aws.ts";
import type { Unfinished } from "./pending.ts";

/**
 * The id by which `pulumi import` finds what is imported by its ARN, which AWS alone knows.
 *
 * @returns undefined for what has no such name, or is not there
 */
export type Find = (unfinished: Unfinished) => Promise<string | undefined>;

type Lookup = (clients: RegionClients, name: string) => Promise<string | undefined>;

/** By type: the input that names it, and who knows its ARN. Filters of AWS take what only begins so, too. */
const lookups: Readonly<Record<string, readonly [input: string, of: Lookup]>> = {
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": [
    "name",
    async ({ firehose }, name) => {
      const command = new DescribeDeliveryStreamCommand({ DeliveryStreamName: name });
      return (await firehose.send(command)).DeliveryStreamDescription?.DeliveryStreamARN;
    },
  ],
  "aws:msk/cluster:Cluster": [
    "clusterName",
    async ({ kafka }, name) => {
      const all = paginateListClustersV2({ client: kafka }, { ClusterNameFilter: name });
      const found = await pages(all, (page) => page.ClusterInfoList);
      return found.find(({ ClusterName }) => ClusterName === name)?.ClusterArn;
    },
  ],
  "aws:msk/configuration:Configuration": [
    "name",
    async ({ kafka }, name) => {
      const all = paginateListConfigurations({ client: kafka }, {});
      const found = await pages(all, (page) => page.Configurations);
      return found.find(({ Name }) => Name === name)?.Arn;
    },
  ],
  "aws:mskconnect/connector:Connector": [
    "name",
    async ({ connect }, name) => {
      const all = paginateListConnectors({ client: connect }, { connectorNamePrefix: name });
      const found = await pages(all, (page) => page.connectors);
      return found.find(({ connectorName }) => connectorName === name)?.connectorArn;
    },
  ],
  "aws:mskconnect/customPlugin:CustomPlugin": [
    "name",
    async ({ connect }, name) => {
      const all = paginateListCustomPlugins({ client: connect }, { namePrefix: name });
      const found = await pages(all, (page) => page.customPlugins);
      return found.find((each) => each.name === name)?.customPluginArn;
    },
  ],
  "aws:mskconnect/workerConfiguration:WorkerConfiguration": [
    "name",
    async ({ connect }, name) => {
      const all = paginateListWorkerConfigurations({ client: connect }, { namePrefix: name });
      const found = await pages(all, (page) => page.workerConfigurations);
      return found.find((each) => each.name === name)?.workerConfigurationArn;
    },
  ],
  "aws:secretsmanager/secret:Secret": [
    "name",
    async ({ secrets }, name) =>
      (await secrets.send(new DescribeSecretCommand({ SecretId: name }))).ARN,
  ],
};

/** What it is called, of those whose ARN can be asked for. */
export function nameToAsk({ type, inputs }: Pick<Unfinished, "type" | "inputs">) {
  const [input, of] = lookups[type] ?? [];
  const name = input === undefined ? undefined : inputs[input];
  return of !== undefined && typeof name === "string" ? { name, of } : undefined;
}

/** Asks AWS, in the region of its provider. */
export function findArns(access: AwsAccess = {}): Find {
  return async (unfinished) => {
    const asked = nameToAsk(unfinished);
    if (asked === undefined || unfinished.region === undefined) return undefined;
    const clients = clientsOf(unfinished.region, access);
    try {
      return await asked.of(clients, asked.name);
    } catch (error) {
      if ((error as Error).name === "ResourceNotFoundException") return undefined;
      throw error;
    } finally {
      clients.close();
    }
  };
}
