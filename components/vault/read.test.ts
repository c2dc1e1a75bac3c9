import { describe, expect, test } from "vitest";
import { recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import type { Vault } from "./contract.ts";
import { readVault, requireVault } from "./read.ts";

const getBucket = "aws:s3/getBucket:getBucket";
const getLock = "aws:s3/getBucketObjectLockConfiguration:getBucketObjectLockConfiguration";

/** Runs `program` with the answers of the standby's region, and gives what it asked for. */
async function withAnswers(
  program: () => Promise<void>,
  bucket: () => object = () => ({ bucketRegion: "eu-west-1" }),
  lock: object = { objectLockEnabled: "Enabled" },
) {
  const asked: string[] = [];
  const made = await recordAws(program, {
    calls: {
      [getBucket]: (inputs) => {
        asked.push(String(inputs["bucket"]));
        return bucket();
      },
      [getLock]: (inputs) => {
        // Versions alone are kept of it.
        if (String(inputs["bucket"]).endsWith("-control")) throw new Error("it has no lock");
        return lock;
      },
    },
  });
  return { made, asked };
}

function valueOf(output: Vault["control"]["name"]): Promise<string> {
  return (output as unknown as { promise(): Promise<string> }).promise();
}

describe("a standby's view of the vault", () => {
  test("has the primary's names, asks its own region alone, puts nothing into the state", async () => {
    const told: Record<string, string> = {};
    const { made, asked } = await withAnswers(async () => {
      const named = { region: regionOf("eu-west-1", "dr"), vaultName: "acme-recover" };
      await requireVault(named);
      const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/far";
      const vault = readVault({ ...named, keyArn });
      const { backups, archive, region } = vault.standby;
      expect(vault.primary).toBeUndefined();
      expect(region).toBe("eu-west-1");
      for (const bucket of [backups, archive, vault.control]) {
        told[await valueOf(bucket.name)] = await valueOf(bucket.arn);
      }
    });
    const names = ["backups", "archive", "control"].map((kind) => `acme-recover-eu-west-1-${kind}`);
    expect(told).toEqual(Object.fromEntries(names.map((name) => [name, `arn:aws:s3:::${name}`])));
    expect(asked).toEqual(names);
    expect(made.map(({ type }) => type)).toEqual(["pulumi:pulumi:Stack", "pulumi:providers:aws"]);
  });

  test.each<[string, () => object, object, RegExp]>([
    [
      "is not there",
      () => {
        throw new Error("NotFound");
      },
      {},
      /"acme-eu-west-1-backups" cannot be used: .*Set recover:vaultName/s,
    ],
    [
      "lies elsewhere",
      () => ({ bucketRegion: "us-east-1" }),
      { objectLockEnabled: "Enabled" },
      /it lies in us-east-1, not in eu-west-1/,
    ],
    [
      "has no Object Lock",
      () => ({ bucketRegion: "eu-west-1" }),
      { objectLockEnabled: "" },
      /it has no Object Lock/,
    ],
  ])("names the bucket that %s", async (_, bucket, lock, message) => {
    await withAnswers(
      async () => {
        const region = regionOf("eu-west-1", "dr");
        await expect(requireVault({ region, vaultName: "acme" })).rejects.toThrow(message);
      },
      bucket,
      lock,
    );
  });
});
