import type { IncomingHttpHeaders } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../scripts/sha256.ts";
import { accountKeys } from "./keys.ts";

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

/**
 * The headers of a call of S3 that came with a pod's session, as the account's own call: versitygw knows no sessions. The
 * body is as it was.
 */
export async function asAccount(
  region: string,
  { method, url, headers }: Asked,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials: accountKeys,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const { authorization: _, "x-amz-security-token": __, expect: ___, ...sent } = headers;
  const query: Record<string, string> = Object.fromEntries(url.searchParams);
  const signed = await signer.sign({
    method,
    protocol: "https:",
    hostname: url.hostname,
    path: url.pathname,
    query,
    headers: Object.fromEntries(
      Object.entries(sent).map(([name, value]) => [name, [value ?? ""].flat().join(",")]),
    ),
  });
  return signed.headers;
}
