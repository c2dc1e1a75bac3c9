import {
  BucketAlreadyExists,
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  GetBucketPolicyCommand,
  GetObjectLockConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { UserError } from "../command.ts";
import type { PolicyDocument } from "./bucket-policy.ts";
import type { ObjectStore } from "./s3.ts";
import { endpointOf } from "../s3-access.ts";

/** Default retention of every object of a bucket: nobody deletes a version before it has passed. */
export interface BucketLock {
  /** GOVERNANCE: the account's root can still override it. COMPLIANCE: nobody can. */
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly days: number;
}

/** Makes the bucket as it must be, or finds it so. `created: false` when it was there. */
export async function ensureBucket(
  store: ObjectStore,
  bucket: string,
  lock: BucketLock | undefined,
): Promise<{ created: boolean }> {
  const created = await create(store, bucket, lock !== undefined);
  if (lock === undefined) {
    await store.client.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: "Enabled" },
      }),
    );
    return { created };
  }
  if (!created) await requireObjectLock(store, bucket);
  await store.client.send(
    new PutObjectLockConfigurationCommand({
      Bucket: bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: lock.mode, Days: lock.days } },
      },
    }),
  );
  return { created };
}

/** The bucket's policy, or undefined when it has none. */
export async function readPolicy(
  store: ObjectStore,
  bucket: string,
): Promise<PolicyDocument | undefined> {
  try {
    const answer = await store.client.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    return answer.Policy === undefined ? undefined : (JSON.parse(answer.Policy) as PolicyDocument);
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === "NoSuchBucketPolicy")
      return undefined;
    throw error;
  }
}

export async function writePolicy(
  store: ObjectStore,
  bucket: string,
  policy: PolicyDocument,
): Promise<void> {
  await store.client.send(
    new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }),
  );
}

async function create(store: ObjectStore, bucket: string, locked: boolean): Promise<boolean> {
  try {
    await store.client.send(
      new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: locked }),
    );
    return true;
  } catch (error) {
    if (error instanceof BucketAlreadyOwnedByYou) return false;
    if (error instanceof BucketAlreadyExists) {
      throw new UserError(
        `bucket "${bucket}" at ${endpointOf(store.access)} belongs to somebody else: nothing was changed in ` +
          "it. Set another name for the vault's bucket in this stack's config.",
        { cause: error },
      );
    }
    throw error;
  }
}

async function requireObjectLock(store: ObjectStore, bucket: string): Promise<void> {
  try {
    await store.client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
  } catch (error) {
    if (!(error instanceof S3ServiceException) || !/ObjectLock/.test(error.name)) throw error;
    throw new UserError(
      `bucket "${bucket}" at ${endpointOf(store.access)} exists without Object Lock, so anybody who holds a ` +
        "key could delete backups. Object Lock is a choice made when a bucket is created: set another " +
        "name for the vault's bucket in this stack's config, or remove the empty bucket first.",
      { cause: error },
    );
  }
}
