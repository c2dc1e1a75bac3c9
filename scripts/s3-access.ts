import { z } from "zod";
import { s3Endpoint } from "../lib/aws.ts";
import { UserError } from "./command.ts";

/** A password, key or token of a connection. */
export const secret = z
  .string()
  .min(
    1,
    "is empty: take the connection anew from its stack (`pulumi stack output connection --show-secrets`)",
  );

const place = {
  /** For example `http://127.0.0.1:27070`; absent: AWS's own of the region. */
  endpoint: z.url().optional(),
  region: z.string(),
};

const keys = {
  credentials: z.literal("keys").optional(),
  accessKeyId: z.string(),
  secretAccessKey: secret,
  /** Of keys that end by themselves. */
  sessionToken: secret.optional(),
};

/**
 * What the process is already: EKS Pod Identity, IRSA, an instance's role, a person's profile (the AWS SDK's
 * chain). ClickHouse and barman then use what they find in their own pods.
 */
const ambient = { credentials: z.literal("ambient") };

/** Access to an S3 server, with what else belongs to it. */
function access<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.discriminatedUnion("credentials", [
    z.object({ ...place, ...keys, ...shape }),
    z.object({ ...place, ...ambient, ...shape }),
  ]);
}

/** A server of the local platform: it has an address and keys. */
export const localServer = z.object({ ...place, ...keys, endpoint: z.url() });

export const s3Access = access({});
export type S3Access = z.infer<typeof s3Access>;
export type KeyedS3Access = Exclude<S3Access, { readonly credentials: "ambient" }>;

/** One region's copy of the vault, with one set of credentials. */
export const vaultSide = access({
  /** Bucket of backups and ledgers (versioned, locked). */
  backups: z.string(),
  /** Bucket of archived events (versioned, locked). */
  archive: z.string(),
});
export type VaultSide = z.infer<typeof vaultSide>;

/** Fence, lease and step results: only ever in the standby's region. */
export const controlBucket = access({ bucket: z.string() });
export type ControlBucket = z.infer<typeof controlBucket>;

/** Where the server is, without a slash at the end. */
export function endpointOf(of: Pick<S3Access, "endpoint" | "region">): string {
  return s3Endpoint(of);
}

/** Whether AWS itself serves it, whose logins are IAM's. */
export function isAws(of: Pick<S3Access, "endpoint" | "region">): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(new URL(endpointOf(of)).hostname);
}

/** For messages: who asks. */
export function loginOf(of: S3Access): string {
  return of.credentials === "ambient"
    ? "the AWS identity of this process"
    : `the access key "${of.accessKeyId}"`;
}

/** @throws UserError for an identity that cannot be handed on, since only its own process has it */
export function keyed<A extends S3Access>(
  of: A,
  what: string,
): Exclude<A, { readonly credentials: "ambient" }> {
  if (of.credentials !== "ambient") {
    return of as Exclude<A, { readonly credentials: "ambient" }>;
  }
  throw new UserError(
    `${what} needs an access key and its secret, and the connection says "credentials": "ambient" for ` +
      `${endpointOf(of)}. Write accessKeyId and secretAccessKey there.`,
  );
}
