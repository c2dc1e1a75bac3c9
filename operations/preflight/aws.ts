import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { FirehoseClient } from "@aws-sdk/client-firehose";
import { KafkaClient } from "@aws-sdk/client-kafka";
import { KafkaConnectClient } from "@aws-sdk/client-kafkaconnect";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { STSClient } from "@aws-sdk/client-sts";
import { ambientCredentials, type AwsCredentials } from "../../scripts/aws/credentials.ts";

export interface AwsAccess {
  /** Where a region's services answer. @default AWS's own */
  readonly endpoint?: (region: string) => string;
  /** @default the AWS SDK's chain: environment, profile, instance */
  readonly credentials?: AwsCredentials;
}

/** Clients of one region; nothing that they send goes to another. */
export interface RegionClients {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly credentials: () => Promise<AwsCredentials>;
  readonly sts: STSClient;
  readonly ec2: EC2Client;
  readonly rds: RDSClient;
  readonly kafka: KafkaClient;
  readonly connect: KafkaConnectClient;
  readonly eks: EKSClient;
  readonly quotas: ServiceQuotasClient;
  readonly secrets: SecretsManagerClient;
  readonly firehose: FirehoseClient;
  readonly s3: S3Client;
  readonly close: () => void;
}

export function clientsOf(region: string, access: AwsAccess = {}): RegionClients {
  const endpoint = access.endpoint?.(region);
  const config = {
    region,
    maxAttempts: 3,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(access.credentials === undefined ? {} : { credentials: access.credentials }),
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
  };
  const clients = {
    sts: new STSClient(config),
    ec2: new EC2Client(config),
    rds: new RDSClient(config),
    kafka: new KafkaClient(config),
    connect: new KafkaConnectClient(config),
    eks: new EKSClient(config),
    quotas: new ServiceQuotasClient(config),
    secrets: new SecretsManagerClient(config),
    firehose: new FirehoseClient(config),
    // A bucket of another region is told, never followed.
    s3: new S3Client({
      ...config,
      followRegionRedirects: false,
      forcePathStyle: endpoint !== undefined,
    }),
  };
  const { credentials } = access;
  return {
    region,
    endpoint,
    credentials:
      credentials === undefined ? ambientCredentials(region) : () => Promise.resolve(credentials),
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** All pages of a listing. */
export async function pages<Page, Item>(
  all: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of all) found.push(...(itemsOf(page) ?? []));
  return found;
}
