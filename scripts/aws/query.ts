import { createHash } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { awsDomain } from "../../lib/aws.ts";
import { UserError } from "../command.ts";
import { Sha256 } from "../sha256.ts";
import type { AwsCredentials } from "./credentials.ts";

/** A service of AWS that has the query API: a form is sent, XML comes back. */
export interface QueryService {
  /** Name in its host, for example `rds`. */
  readonly host: string;
  /** @default as in its host */
  readonly signedAs?: string;
  /** For messages. */
  readonly label: string;
  /** The only region that is asked. */
  readonly region: string;
  /** @default AWS's own in that region */
  readonly endpoint?: string;
  readonly credentials: () => Promise<AwsCredentials>;
}

/**
 * One call, by hand: for the two calls that the project makes beside S3 no client package of its own.
 *
 * @returns the answer's XML
 * @throws UserError when nothing answers, or the answer is a refusal
 */
export async function awsQuery(
  of: QueryService,
  action: string,
  version: string,
  params: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { region, host, signedAs = host, label } = of;
  const endpoint = new URL(of.endpoint ?? `https://${host}.${region}.${awsDomain(region)}`);
  const body = new URLSearchParams({ Action: action, Version: version, ...params }).toString();
  const { credentials } = of;
  const signer = new SignatureV4({ service: signedAs, region, credentials, sha256: Sha256 });
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
