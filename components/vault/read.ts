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
 * The vault as a standby sees it: names from its own config. Nothing becomes a resource, so that a `destroy` of the
 * standby cannot touch the vault.
 */
export function readVault({ region, vaultName, keyArn }: ReadVaultArgs): Vault {
  const bucket = (purpose: BucketPurpose): VaultBucket => {
    const name = bucketName(vaultName, region.name, purpose);
    return {
      name: pulumi.output(name),
      arn: pulumi.output(`arn:${region.partition}:s3:::${name}`),
    };
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
 * Asks the standby's region for all that {@link readVault} names, before a program asks for anything else: one
 * refusal, and nothing half planned around it.
 *
 * @throws RunError that says what to set when a bucket is not the vault's
 */
export async function requireVault({
  region,
  vaultName,
}: Omit<ReadVaultArgs, "keyArn">): Promise<void> {
  for (const purpose of ["backups", "archive", "control"] as const) {
    await requireBucket(bucketName(vaultName, region.name, purpose), purpose, region);
  }
}

async function requireBucket(
  name: string,
  purpose: BucketPurpose,
  region: AwsRegion,
): Promise<void> {
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
  } catch (error) {
    // Without a stack trace: the CLI shows the message alone.
    throw new pulumi.RunError(
      `the vault's ${purpose} bucket "${name}" cannot be used: ${messageOf(error)}. A standby recovers ` +
        "from the vault that the primary's stack made in this region. Set recover:vaultName and " +
        "recover:region as the primary's config has them (its standbyRegion is this region). Nothing was changed.",
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
