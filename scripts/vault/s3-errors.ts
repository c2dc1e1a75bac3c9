import { S3ServiceException } from "@aws-sdk/client-s3";
import { UserError } from "../command.ts";

/** What was being done, for the text of an error. */
export interface S3Attempt {
  readonly endpoint: string;
  /** Who asked, as `loginOf` says it. */
  readonly login: string;
  /** AWS's own S3: nothing of it is started by a stack. @default false */
  readonly aws?: boolean;
  /** For example `write e7/ledgers/x.json`. */
  readonly action: string;
  readonly bucket: string;
}

const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "TimeoutError",
]);

const wrongKeyNames = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "InvalidClientTokenId",
  "ExpiredToken",
  "InvalidToken",
]);

/** The HTTP status of an S3 answer, or undefined when nothing answered. */
export function httpStatus(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** How many times the SDK sent the request that failed (it repeats what timed out). */
export function attemptsOf(error: unknown): number {
  return error instanceof S3ServiceException ? (error.$metadata.attempts ?? 1) : 1;
}

/** True when the key (not the bucket) does not exist. */
export function isMissingKey(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  if (error.name === "NoSuchBucket") return false;
  return error.name === "NoSuchKey" || error.name === "NotFound" || httpStatus(error) === 404;
}

/** True when the server said no to these credentials (wrong, revoked or not permitted). */
export function isRefused(error: unknown): boolean {
  const status = httpStatus(error);
  return (
    status === 401 || status === 403 || (error instanceof Error && wrongKeyNames.has(error.name))
  );
}

function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const own = "code" in error && typeof error.code === "string" ? error.code : error.name;
  if (unreachableCodes.has(own)) return own;
  const inner: unknown =
    error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause;
  return inner === undefined ? undefined : networkCode(inner);
}

/**
 * What the user can do about a failed S3 call: the original is kept as `cause`. An error without a
 * known remedy comes back as it is (a defect).
 */
export function explainS3Error(error: unknown, attempt: S3Attempt): unknown {
  const { endpoint, login, aws = false, action, bucket } = attempt;
  const where = `cannot ${action} in bucket "${bucket}" at ${endpoint}`;
  const network = networkCode(error);
  if (network !== undefined) {
    return new UserError(
      `${where}: the S3 server does not answer (${network}). ` +
        (aws
          ? "See that the region is right, and that this machine or pod reaches S3 there (gateway " +
            "endpoint, route, security group, network policy)."
          : "Start it (`pulumi up` brings a dead process back), or correct the vault's endpoint in " +
            "this stack's config."),
      { cause: error },
    );
  }
  if (error instanceof Error && error.name === "CredentialsProviderError") {
    return new UserError(
      `${where}: this process has no AWS credentials of its own (${error.message}). A pod gets them from ` +
        "the association of its service account (EKS Pod Identity, or IRSA), a person from AWS_PROFILE.",
      { cause: error },
    );
  }
  if (!(error instanceof S3ServiceException)) return error;
  if (error.name === "NoSuchBucket") {
    return new UserError(
      `${where}: the bucket does not exist. Run \`pulumi up\` on the stack that owns the vault, or ` +
        "correct the bucket's name in this stack's config.",
      { cause: error },
    );
  }
  if (wrongKeyNames.has(error.name)) {
    return new UserError(
      `${where}: the server does not accept ${login} (${error.name}). ` +
        (aws
          ? "Its session is over, or it is of another account or partition: log in again, or restart the pod."
          : "The key or its secret is wrong, or the epoch it belongs to was revoked; take the current " +
            "ones from the stack that owns the vault (`pulumi stack output connection " +
            "--show-secrets`; for a standby `npm run pair`)."),
      { cause: error },
    );
  }
  if (httpStatus(error) === 507 || error.name === "InsufficientStorage") {
    return new UserError(
      `${where}: the server has no space left (${error.name}). What it acknowledged before is stored. Free ` +
        "some space on its disk, then run this again.",
      { cause: error },
    );
  }
  if (httpStatus(error) === 403) {
    return new UserError(
      `${where}: ${login} is not permitted to (${error.name}). Each login may touch ` +
        "its own epoch's prefix only and loses even that when its epoch is fenced; use the login of " +
        "the role that this work belongs to.",
      { cause: error },
    );
  }
  if (isMissingKey(error)) {
    return new UserError(
      `${where}: the object does not exist. It was never written, or it is not replicated yet; see ` +
        "what is there with `npm run dr -- status`.",
      { cause: error },
    );
  }
  return error;
}
