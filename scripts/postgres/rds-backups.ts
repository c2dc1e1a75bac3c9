import { createHash } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { ambientCredentials, type AwsCredentials } from "../aws/credentials.ts";
import { UserError } from "../command.ts";
import { Sha256 } from "../sha256.ts";
import type { RdsLookup, ReplicatedBackup } from "./rds-source.ts";

export interface RdsBackupsArgs {
  /** The only region that is asked. */
  readonly region: string;
  /** @default RDS's own in that region */
  readonly endpoint?: string;
  /** @default the AWS SDK's chain: environment, profile, pod identity, instance */
  readonly credentials?: () => Promise<AwsCredentials>;
  /** @default "aws": RDS's endpoints of China end in another domain */
  readonly partition?: string;
}

/**
 * The automated backups that a region has, also those of instances whose own region is gone. One
 * call of RDS's query API, by hand: no package of ours brings an RDS client.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstanceAutomatedBackups.html
 */
export function rdsBackups(args: RdsBackupsArgs): RdsLookup {
  const { region, partition = "aws", credentials = ambientCredentials(region) } = args;
  const domain = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  const endpoint = new URL(args.endpoint ?? `https://rds.${region}.${domain}`);
  return async () => {
    const signer = new SignatureV4({ service: "rds", region, credentials, sha256: Sha256 });
    const found: ReplicatedBackup[] = [];
    let marker: string | undefined;
    do {
      const answer = await call(signer, endpoint, marker);
      found.push(...backupsIn(answer));
      const next = field(answer, "Marker");
      marker = next === "" ? undefined : next;
    } while (marker !== undefined);
    return found;
  };
}

async function call(
  signer: SignatureV4,
  endpoint: URL,
  marker: string | undefined,
): Promise<string> {
  const body = new URLSearchParams({
    Action: "DescribeDBInstanceAutomatedBackups",
    Version: "2014-10-31",
    ...(marker === undefined ? {} : { Marker: marker }),
  }).toString();
  const signed = await signer.sign({
    method: "POST",
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    path: "/",
    headers: {
      host: endpoint.host,
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
    },
    body,
  });
  // fetch sets the host itself.
  const headers = Object.entries(signed.headers).filter(([name]) => name !== "host");
  const answer = await fetch(endpoint, {
    method: "POST",
    headers,
    body,
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw new UserError(
      `RDS at ${endpoint.host} does not answer. Is this machine allowed to reach it, and is it the ` +
        "standby's region?",
      { cause: error },
    );
  });
  const text = await answer.text();
  if (answer.ok) return text;
  throw new UserError(
    `RDS at ${endpoint.host} refuses DescribeDBInstanceAutomatedBackups (${answer.status} ` +
      `${field(text, "Code") ?? ""}: ${field(text, "Message") ?? text.slice(0, 200)})`,
  );
}

/** Every element but its lists, which hold elements of other names. */
export function backupsIn(xml: string): ReplicatedBackup[] {
  const elements = xml.matchAll(/<DBInstanceAutomatedBackup>(.*?)<\/DBInstanceAutomatedBackup>/gs);
  return [...elements].map(([, element = ""]) => {
    const text = (name: string) => field(element, name) ?? "";
    return {
      arn: text("DBInstanceAutomatedBackupsArn"),
      instanceArn: text("DBInstanceArn"),
      identifier: text("DBInstanceIdentifier"),
      resourceId: text("DbiResourceId"),
      engine: text("Engine"),
      engineVersion: text("EngineVersion"),
      masterUsername: text("MasterUsername"),
      port: Number(text("Port")),
      allocatedGib: Number(text("AllocatedStorage")),
      storageType: text("StorageType"),
      keyArn: field(element, "KmsKeyId"),
      status: text("Status").toLowerCase(),
      earliest: field(element, "EarliestTime"),
      latest: field(element, "LatestTime"),
    };
  });
}

const entities: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function field(xml: string, name: string): string | undefined {
  const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return value?.replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity);
}
