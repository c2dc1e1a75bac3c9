import { S3Client } from "@aws-sdk/client-s3";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * What this process is, by the AWS SDK's chain: environment, profile, EKS Pod Identity or IRSA, instance. The
 * S3 client brings it along.
 */
export function ambientCredentials(region: string): () => Promise<AwsCredentials> {
  return async () => {
    const client = new S3Client({ region });
    try {
      return await client.config.credentials();
    } finally {
      client.destroy();
    }
  };
}
