import type { BucketPurpose } from "../../scripts/vault/policies.ts";

/**
 * Name of one of the vault's buckets: nothing but what a standby's own config says, so that it needs
 * to ask nobody in the primary's region. Rules:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 *
 * @param vaultName of the whole vault; bucket names are shared by all accounts of a partition
 * @throws Error when S3 would refuse the name
 */
export function bucketName(vaultName: string, region: string, purpose: BucketPurpose): string {
  const name = `${vaultName}-${region}-${purpose}`;
  const problem = problemOf(name);
  if (problem !== undefined) {
    throw new Error(
      `recover:vaultName "${vaultName}" makes the bucket name "${name}": ${problem}. ` +
        `Write ${63 - name.length + vaultName.length} characters at most, lower-case letters, ` +
        'digits and single hyphens, beginning with a letter or digit, for example "acme-recover-7f3a".',
    );
  }
  return name;
}

const reservedPrefixes = ["xn--", "sthree-", "amzn-s3-demo-"];

function problemOf(name: string): string | undefined {
  if (name.length > 63) return `it has ${name.length} characters, S3 allows 63`;
  // Dots are allowed by S3, but no certificate covers such a name below s3.amazonaws.com.
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    return "it may hold lower-case letters, digits and hyphens, and begins with no hyphen";
  }
  const reserved = reservedPrefixes.find((prefix) => name.startsWith(prefix));
  if (reserved !== undefined) return `names that begin with "${reserved}" are reserved`;
  // Below the region and purpose there is always more: "a--eu-central-1-backups" reads as two vaults.
  if (name.includes("--")) return "two hyphens in a row";
  return undefined;
}
