import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { only, recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import type { VaultPlace } from "./contract.ts";
import { VaultReplication } from "./replication.ts";

function place(region: string): VaultPlace {
  const bucket = (kind: string) => ({
    name: pulumi.output(`acme-${region}-${kind}`),
    arn: pulumi.output(`arn:aws:s3:::acme-${region}-${kind}`),
  });
  return {
    region,
    keyArn: pulumi.output(`arn:aws:kms:${region}:123456789012:key/k`),
    backups: bucket("backups"),
    archive: bucket("archive"),
  };
}

test("turned round by a standby, with a role that is there, makes no IAM resource", async () => {
  const made = await recordAws(
    () =>
      new VaultReplication("back", {
        region: regionOf("eu-west-1", "dr"),
        from: place("eu-west-1"),
        to: place("eu-central-1"),
        roleArn: "arn:aws:iam::123456789012:role/back",
      }),
  );
  expect(made.filter(({ type }) => type.startsWith("aws:iam"))).toEqual([]);
  for (const kind of ["backups", "archive"]) {
    const config = only(
      made,
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
      `back-${kind}`,
    );
    expect(config).toMatchObject({
      provider: "aws-eu-west-1",
      parent: "back",
      inputs: {
        bucket: `acme-eu-west-1-${kind}`,
        role: "arn:aws:iam::123456789012:role/back",
        rules: [
          {
            id: `${kind}-to-eu-central-1`,
            destination: {
              bucket: `arn:aws:s3:::acme-eu-central-1-${kind}`,
              encryptionConfiguration: {
                replicaKmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/k",
              },
            },
          },
        ],
      },
    });
  }
});

test("into the same region is refused", async () => {
  await recordAws(() => {
    expect(
      () =>
        new VaultReplication("same", {
          region: regionOf("eu-west-1"),
          from: place("eu-west-1"),
          to: place("eu-west-1"),
        }),
    ).toThrow(/from eu-west-1 into eu-west-1/);
  });
});
