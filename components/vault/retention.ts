import type * as aws from "@pulumi/aws";
import type { BucketPurpose } from "../../scripts/vault/policies.ts";

type LifecycleRule = aws.types.input.s3.BucketLifecycleConfigurationRule;

export interface VaultLock {
  /**
   * `GOVERNANCE`: whoever holds `s3:BypassGovernanceRetention` may still delete. `COMPLIANCE`: nobody
   * can, the account's root included, until the days have passed.
   * @default "GOVERNANCE"
   */
  readonly mode?: "GOVERNANCE" | "COMPLIANCE";
  /**
   * Days that every new object of backups and archive stays undeletable.
   *
   * @remarks Recovery: what an attacker, or a mistake, with all of the account's rights cannot take.
   */
  readonly days: number;
}

export interface RetentionArgs {
  readonly lock: VaultLock;
  /** Days from a full backup to the last incremental that needs it. */
  readonly longestChainDays: number;
  /**
   * Days for which every backup can be restored.
   *
   * @remarks Recovery: how far back a recovery can go.
   */
  readonly keepDays: number;
  /**
   * Days that deleted and overwritten versions stay, beyond their lock.
   * @default 30
   * @remarks Recovery: the time to notice a deletion.
   */
  readonly noncurrentDays?: number;
}

/** What the buckets are told, in whole days. */
export interface Retention {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly lockDays: number;
  readonly expireDays: number;
  readonly noncurrentDays: number;
}

/**
 * S3 expires each object by its own age and knows no chains. A full backup is `longestChainDays`
 * older than the last incremental on it, so it has to outlive `keepDays` by that much: then no chain
 * loses an object while its newest backup is still kept.
 *
 * @throws Error when the settings contradict each other, with their numbers
 */
export function retentionOf(args: RetentionArgs): Retention {
  const { lock, longestChainDays, keepDays, noncurrentDays = 30 } = args;
  const { mode = "GOVERNANCE", days: lockDays } = lock;
  for (const [name, days] of Object.entries({
    "lock.days": lockDays,
    longestChainDays,
    keepDays,
    noncurrentDays,
  })) {
    if (!Number.isInteger(days) || days < 1) {
      throw new Error(
        `vault.${name} is ${days}: S3 counts whole days. Write 1 or a larger whole number.`,
      );
    }
  }
  if (lockDays < longestChainDays) {
    throw new Error(
      `vault.lock is ${lockDays} days and the longest chain of backups ${longestChainDays}: a full backup ` +
        "could be deleted while incrementals still need it. " +
        `Write ${longestChainDays} days or more for the lock, or make full backups more often.`,
    );
  }
  return {
    mode,
    lockDays,
    // An expired object under lock would only be hidden, and its chain look broken.
    expireDays: Math.max(keepDays + longestChainDays, lockDays),
    noncurrentDays,
  };
}

/**
 * Lifecycle rules of one bucket, on both sides: what such rules delete is not replicated. In a
 * versioned bucket an expiry only sets a delete marker, so versions behind it have a limit of their
 * own, which Object Lock overrides while it lasts.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-lifecycle
 */
export function lifecycleOf(purpose: BucketPurpose, retention: Retention): LifecycleRule[] {
  const versions = { noncurrentDays: retention.noncurrentDays };
  const leftovers: LifecycleRule = {
    id: "leftovers",
    status: "Enabled",
    filter: { prefix: "" },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    expiration: { expiredObjectDeleteMarker: true },
  };
  if (purpose === "control") {
    return [
      versionRule("versions", "", versions),
      // Written every few seconds; the last version is all that anybody reads.
      versionRule("lease-versions", "main/lease/", { noncurrentDays: 1 }),
      leftovers,
    ];
  }
  return [
    // By prefix: a sink connector's index objects have none of these, and never expire.
    ...(["e", "drill-"] as const).map((prefix) => ({
      id: `whole-chains-${prefix === "e" ? "main" : "drills"}`,
      status: "Enabled",
      filter: { prefix },
      expiration: { days: retention.expireDays },
    })),
    versionRule("versions", "", versions),
    leftovers,
  ];
}

function versionRule(
  id: string,
  prefix: string,
  noncurrentVersionExpiration: { noncurrentDays: number },
): LifecycleRule {
  return { id, status: "Enabled", filter: { prefix }, noncurrentVersionExpiration };
}
