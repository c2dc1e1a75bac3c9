import type * as pulumi from "@pulumi/pulumi";

/** One bucket, to whoever reads or writes it. */
export interface VaultBucket {
  /** Resolves only once the bucket is there as it must be. */
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
}

/** The vault's buckets near one region, with the KMS key of that region. */
export interface VaultPlace {
  readonly region: string;
  readonly keyArn: pulumi.Output<string>;
  /** Backups and ledgers. */
  readonly backups: VaultBucket;
  readonly archive: VaultBucket;
}

/**
 * What others may rely on, whoever owns the buckets: the primary's stack makes them (`AwsVault`), the
 * standby's only knows their names (`readVault`).
 */
export interface Vault {
  /** Near the primary: what it writes. Undefined to a standby, which never calls that region. */
  readonly primary: VaultPlace | undefined;
  /** Near the standby: replicas, all that a recovery reads. */
  readonly standby: VaultPlace;
  /** Fence, lease and step results: in the standby's region alone, written there by both sides. */
  readonly control: VaultBucket;
}
