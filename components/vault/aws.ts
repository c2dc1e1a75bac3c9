import * as pulumi from "@pulumi/pulumi";
import type { BucketPurpose } from "../../scripts/vault/policies.ts";
import type { AwsRegion } from "../aws/context.ts";
import { AwsVaultBucket, type BucketTransforms, type Refusals } from "./bucket.ts";
import type { Vault, VaultBucket, VaultPlace } from "./contract.ts";
import { refuseOneRegion, VaultReplication, type VaultReplicationArgs } from "./replication.ts";
import { retentionOf, type Retention, type RetentionArgs } from "./retention.ts";

/** One side of the vault: a region and what it has for it. */
export interface VaultSideArgs {
  readonly region: AwsRegion;
  /** KMS key of this region. */
  readonly keyArn: pulumi.Input<string>;
  /**
   * Bucket of this region that gets access logs.
   * @default none
   */
  readonly accessLogBucket?: pulumi.Input<string>;
}

export interface AwsVaultArgs extends RetentionArgs {
  /**
   * First part of every bucket's name; shared by all accounts of the partition, and known to the
   * standby's config.
   */
  readonly vaultName: string;
  /**
   * Near the primary: what it writes. `read`: buckets that are there, of another stack, as a standby that took over
   * writes them; only their replication is made.
   */
  readonly primary: VaultSideArgs | { readonly region: AwsRegion; readonly read: VaultPlace };
  /** Near the standby: the replicas and the control bucket. */
  readonly standby: VaultSideArgs;
  /** Escape hatches by kind of bucket, for both sides. @default none */
  readonly transform?: Readonly<Partial<Record<BucketPurpose, BucketTransforms>>> & {
    readonly replication?: NonNullable<VaultReplicationArgs["transform"]>;
  };
}

/**
 * The vault, owned by the primary's stack: backups and archive near each region, control near the
 * standby, replication between them. `pulumi destroy` leaves all of it. The buckets' policies come with
 * `refuse`.
 *
 * @remarks Recovery: everything that a recovery reads, in a region that the disaster did not reach.
 */
export class AwsVault extends pulumi.ComponentResource implements Vault {
  readonly primary: VaultPlace;
  readonly standby: VaultPlace;
  readonly control: VaultBucket;
  readonly replication: VaultReplication;
  readonly retention: Retention;

  private readonly buckets: AwsVaultBucket[] = [];

  constructor(name: string, args: AwsVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:vault:AwsVault", name, {}, opts);
    this.retention = retentionOf(args);
    refuseOneRegion(args.primary.region.name, args.standby.region.name);
    this.primary =
      "read" in args.primary
        ? args.primary.read
        : this.place(`${name}-primary`, args, args.primary);
    this.standby = this.place(`${name}-standby`, args, args.standby);
    this.control = this.bucket(`${name}-standby`, "control", args, args.standby);
    const replicated = args.transform?.replication;
    this.replication = new VaultReplication(
      `${name}-replication`,
      {
        region: args.primary.region,
        from: this.primary,
        to: this.standby,
        ...(replicated === undefined ? {} : { transform: replicated }),
      },
      { parent: this },
    );
    this.registerOutputs({
      primary: this.primary,
      standby: this.standby,
      control: this.control,
      replication: this.replication,
      retention: this.retention,
    });
  }

  /** Gives every bucket its policy; once, when it is known which epoch is in force. @returns what writers wait for */
  refuse(refusals: Refusals): readonly pulumi.Resource[] {
    return this.buckets.map((bucket) => bucket.refuse(refusals));
  }

  private place(name: string, args: AwsVaultArgs, side: VaultSideArgs): VaultPlace {
    return {
      region: side.region.name,
      keyArn: pulumi.output(side.keyArn),
      backups: this.bucket(name, "backups", args, side),
      archive: this.bucket(name, "archive", args, side),
    };
  }

  private bucket(
    name: string,
    purpose: BucketPurpose,
    { vaultName, transform }: AwsVaultArgs,
    { region, keyArn, accessLogBucket }: VaultSideArgs,
  ): AwsVaultBucket {
    const parts = transform?.[purpose];
    const bucket = new AwsVaultBucket(
      `${name}-${purpose}`,
      {
        region,
        vaultName,
        purpose,
        keyArn,
        retention: this.retention,
        ...(accessLogBucket === undefined ? {} : { accessLogBucket }),
        ...(parts === undefined ? {} : { transform: parts }),
      },
      { parent: this },
    );
    this.buckets.push(bucket);
    return bucket;
  }
}
