import { S3ServiceException } from "@aws-sdk/client-s3";
import pRetry from "p-retry";
import { isMissingKey, isRefused } from "../vault/s3-errors.ts";

/**
 * Whether an S3 call may go well later without anybody changing a setting: no answer, a server's
 * own trouble (5xx, a full disk), throttling. A refused login or a missing bucket is not.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof S3ServiceException) {
    if (isRefused(error) || isMissingKey(error) || error.name === "NoSuchBucket") return false;
    const status = error.$metadata.httpStatusCode;
    return status === undefined || status >= 500 || status === 429 || status === 408;
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  if (/^(E[A-Z]+|EAI_AGAIN|TimeoutError)$/.test(code)) return true;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner !== undefined && isTransient(inner);
}

/** Repeats until it goes well, the error is not transient, or the signal is aborted. 0.5 s to 10 s apart. */
export async function untilDone<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  onTrouble: (message: string, attempt: number) => void,
): Promise<T> {
  return pRetry(work, {
    retries: Infinity,
    minTimeout: 500,
    maxTimeout: 10_000,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => isTransient(error),
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (isTransient(error)) onTrouble(error.message, attemptNumber);
    },
  });
}
