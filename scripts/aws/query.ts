import { createHash } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { awsDomain } from "../../lib/aws.ts";
import { UserError } from "../command.ts";
import { Sha256 } from "../sha256.ts";
import { ambientCredentials, type AwsCredentials } from "./credentials.ts";

/**
 * Services of AWS that have the query API: a form is sent, XML comes back. Each by its name in hosts and
 * signatures, its label in messages, and the version of its API.
 */
const services = {
  cloudwatch: { host: "monitoring", label: "CloudWatch", version: "2010-08-01" },
  ec2: { host: "ec2", label: "EC2", version: "2016-11-15" },
  rds: { host: "rds", label: "RDS", version: "2014-10-31" },
} as const;

/** Where a service is asked, and by whom. */
export interface QueryAccess {
  /** The only region that is asked. */
  readonly region: string;
  /** @default the service's own in that region */
  readonly endpoint?: string;
  /** @default what this process is: the AWS SDK's chain */
  readonly credentials?: () => Promise<AwsCredentials>;
}

/**
 * One call, by hand: for the few calls that the data plane makes beside S3 no client package of its own.
 *
 * @returns the answer's XML
 * @throws UserError when nothing answers, or the answer is a refusal
 */
export async function awsQuery(
  service: keyof typeof services,
  access: QueryAccess,
  action: string,
  params: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { host, label, version } = services[service];
  const { region, credentials = ambientCredentials(region) } = access;
  const endpoint = new URL(access.endpoint ?? `https://${host}.${region}.${awsDomain(region)}`);
  const body = new URLSearchParams({ Action: action, Version: version, ...params }).toString();
  const signer = new SignatureV4({ service: host, region, credentials, sha256: Sha256 });
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
      `${label} at ${endpoint.host} does not answer. Is this machine allowed to reach it, and is it the ` +
        "standby's region?",
      { cause: error },
    );
  });
  const text = await answer.text();
  if (answer.ok) return text;
  throw new UserError(
    `${label} at ${endpoint.host} refuses ${action} (${answer.status} ` +
      `${xmlField(text, "Code") ?? ""}: ${xmlField(text, "Message") ?? text.slice(0, 200)})`,
  );
}

const entities: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

/** The text of the first element of a name. */
export function xmlField(xml: string, name: string): string | undefined {
  const value = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return value?.replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity);
}
