import { describe, expect, test } from "vitest";
import { recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { AwsVault } from "./aws.ts";
import type { Vault } from "./contract.ts";
import { requireBucket } from "./read.ts";

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
      [getLock]: () => lock,
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
      const vault = AwsVault.read({
        region: regionOf("eu-west-1", "dr"),
        vaultName: "acme-recover",
        keyArn: "arn:aws:kms:eu-west-1:123456789012:key/far",
      });
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
      /"acme-backups" cannot be used: .*Set recover:vaultName/s,
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
        await expect(requireBucket("acme-backups", "backups", region)).rejects.toThrow(message);
      },
      bucket,
      lock,
    );
  });

  test("needs no Object Lock on the control bucket", async () => {
    await withAnswers(
      async () => {
        const region = regionOf("eu-west-1", "dr");
        expect(await requireBucket("acme-control", "control", region)).toBe("acme-control");
      },
      undefined,
      { objectLockEnabled: "" },
    );
  });
});
