import { SignatureV4 } from "@smithy/signature-v4";
import { awsDomain } from "../../lib/aws.ts";
import { ambientCredentials, type AwsCredentials } from "../aws/credentials.ts";
import { Sha256 } from "../sha256.ts";

/** A new token for each login: a broker takes it for 15 minutes, and a session lives as long as it does. */
export type MskToken = (region: string) => Promise<string>;

/**
 * Who an IAM principal is, for the SASL mechanism OAUTHBEARER of an MSK cluster: a signed URL. The same as
 * AWS's own library for JavaScript makes (github.com/aws/aws-msk-iam-sasl-signer-js, Apache-2.0), which brings
 * 75 packages for it; the signer is here already. msk-token.test.ts holds the two in step.
 *
 * https://docs.aws.amazon.com/msk/latest/developerguide/configure-clients-for-iam-access-control.html
 */
export function mskToken(
  credentials: (region: string) => Promise<AwsCredentials> = (region) =>
    ambientCredentials(region)(),
  now: () => Date = () => new Date(),
): MskToken {
  return async (region) => {
    const hostname = `kafka.${region}.${awsDomain(region)}`;
    const signer = new SignatureV4({
      service: "kafka-cluster",
      region,
      credentials: await credentials(region),
      sha256: Sha256,
      applyChecksum: false,
    });
    const signed = await signer.presign(
      {
        method: "GET",
        protocol: "https:",
        hostname,
        path: "/",
        headers: { host: hostname },
        query: { Action: "kafka-cluster:Connect" },
      },
      { expiresIn: 900, signingDate: now() },
    );
    const query = Object.entries({ ...signed.query, "User-Agent": "recover" })
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .sort();
    return Buffer.from(`https://${hostname}/?${query.join("&")}`).toString("base64url");
  };
}
