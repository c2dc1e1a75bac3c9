import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BucketPurpose } from "../../scripts/vault/policies.ts";
import type { AwsRegion } from "../aws/context.ts";
import type { Vault, VaultBucket } from "./contract.ts";
import { bucketName } from "./names.ts";

export interface ReadVaultArgs {
  /** The standby's own region; no other one is asked. */
  readonly region: AwsRegion;
  /** As the primary's config says it. */
  readonly vaultName: string;
  /** The vault's KMS key in this region. */
  readonly keyArn: pulumi.Input<string>;
}

/**
 * The vault as a standby sees it: names from its own config, checked against the buckets of its own
 * region. Nothing becomes a resource, so that a `destroy` of the standby cannot touch the vault.
 */
export function readVault({ region, vaultName, keyArn }: ReadVaultArgs): Vault {
  const bucket = (purpose: BucketPurpose): VaultBucket => {
    const named = bucketName(vaultName, region.name, purpose);
    const name = pulumi.output(requireBucket(named, purpose, region));
    return { name, arn: pulumi.interpolate`arn:${region.partition}:s3:::${name}` };
  };
  return {
    primary: undefined,
    standby: {
      region: region.name,
      keyArn: pulumi.output(keyArn),
      backups: bucket("backups"),
      archive: bucket("archive"),
    },
    control: bucket("control"),
  };
}

/**
 * The bucket's name once its region has answered for it.
 *
 * @throws Error that says what to set when it is not the vault's
 */
export async function requireBucket(
  name: string,
  purpose: BucketPurpose,
  region: AwsRegion,
): Promise<string> {
  const opts = { provider: region.provider };
  try {
    const { bucketRegion } = await aws.s3.getBucket({ bucket: name }, opts);
    if (bucketRegion !== region.name) {
      throw new Error(`it lies in ${bucketRegion}, not in ${region.name}`);
    }
    if (purpose !== "control") {
      const { objectLockEnabled } = await aws.s3.getBucketObjectLockConfiguration(
        { bucket: name },
        opts,
      );
      if (objectLockEnabled !== "Enabled") throw new Error("it has no Object Lock");
    }
    return name;
  } catch (error) {
    throw new Error(
      `the vault's ${purpose} bucket "${name}" cannot be used: ${messageOf(error)}. A standby recovers ` +
        "from the vault that the primary's stack made in this region. Set recover:vaultName and " +
        "recover:region as the primary's config has them (its standbyRegion is this region).",
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
