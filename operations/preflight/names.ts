import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { DescribeSecretCommand, ResourceNotFoundException } from "@aws-sdk/client-secrets-manager";
import type { AwsSettings } from "../../stacks/settings.ts";
import type { RegionClients } from "./aws.ts";
import { each, of, type AskedHere } from "./offered.ts";
import { asking, note, ok, red, type Row } from "./row.ts";

/** What a name belongs to, as far as a HEAD of it tells. */
export type BucketState = "free" | "ours" | "elsewhere" | "another's";

/**
 * Whose bucket it is. The account's number goes along, so that a bucket that somebody else opened to us is
 * still somebody else's.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
 */
export async function bucketState(
  { s3 }: RegionClients,
  bucket: string,
  account: string,
): Promise<BucketState> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
    return "ours";
  } catch (error) {
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode;
    if (status === 404) return "free";
    if (status === 403) return "another's";
    if (status === 301) return "elsewhere";
    throw error;
  }
}

/** Names of buckets that the stack makes, all of which all accounts share. */
export function bucketNames(
  clients: RegionClients,
  { asked }: AskedHere,
  { account }: AwsSettings,
): Promise<readonly Row[]> {
  const { region } = clients;
  const names = of(asked, "aws:s3/bucket:Bucket").flatMap(({ inputs }) =>
    typeof inputs["bucket"] === "string" ? [inputs["bucket"]] : [],
  );
  return each(names, (name) => {
    const what = `bucket ${name}`;
    return asking({ region, what, actions: ["s3:ListBucket"] }, async () => {
      const state = await bucketState(clients, name, account);
      if (state === "free") return [ok(region, what, "free")];
      if (state === "ours") {
        return [
          note(
            region,
            what,
            "there already, ours",
            "Right where this stack made it; else it has to be adopted",
          ),
        ];
      }
      return [
        red(
          region,
          what,
          state === "elsewhere" ? "taken, in another region" : "taken, or closed to you",
          "Write another recover:vaultName, in both stacks; before the first `up` nothing depends on it",
        ),
      ];
    });
  });
}

/** ECR logs in to Docker Hub by it; without it no pod of ClickHouse starts. */
export function pullSecret(
  { region, secrets }: RegionClients,
  { imageOrigin }: AwsSettings,
): Promise<readonly Row[]> {
  if (!("pullThrough" in imageOrigin)) return Promise.resolve([]);
  const arn = imageOrigin.pullThrough.dockerHubSecretArn;
  const what = "secret of Docker Hub's login";
  const todo =
    `aws secretsmanager create-secret --region ${region} --name ecr-pullthroughcache/hub ` +
    `--secret-string '{"username": "…", "accessToken": "…"}', and write its ARN into ` +
    "recover:imageOrigin.pullThrough.dockerHubSecretArn";
  return asking({ region, what, actions: ["secretsmanager:DescribeSecret"] }, async () => {
    try {
      const { DeletedDate: deleted, Name: name = "" } = await secrets.send(
        new DescribeSecretCommand({ SecretId: arn }),
      );
      return deleted === undefined
        ? [ok(region, what, name)]
        : [
            red(
              region,
              what,
              `is deleted on ${deleted.toISOString().slice(0, 10)}`,
              `aws secretsmanager restore-secret --region ${region} --secret-id ${arn}`,
            ),
          ];
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return [red(region, what, `no ${arn}`, todo)];
      throw error;
    }
  });
}
