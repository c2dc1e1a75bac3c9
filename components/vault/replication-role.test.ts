import { describe, expect, test } from "vitest";
import { decide } from "../../tests/components/iam.ts";
import { recordAws, regionOf, only } from "../../tests/components/aws-mocks.ts";
import { AwsVault } from "./aws.ts";
import { replicationPolicy, replicationTrust } from "./replication-role.ts";

const from = {
  region: "eu-central-1",
  keyArn: "arn:aws:kms:eu-central-1:123456789012:key/near",
  bucketArns: ["arn:aws:s3:::near-backups", "arn:aws:s3:::near-archive"],
};
const to = {
  region: "eu-west-1",
  keyArn: "arn:aws:kms:eu-west-1:123456789012:key/far",
  bucketArns: ["arn:aws:s3:::far-backups", "arn:aws:s3:::far-archive"],
};
const args = { accountId: "123456789012", from, to };
const policy = replicationPolicy(args);
const via = (region: string, bucket: string) => ({
  "kms:ViaService": `s3.${region}.amazonaws.com`,
  "kms:EncryptionContext:aws:s3:arn": bucket,
});

describe("the replication role", () => {
  test.each(["backups", "archive"])(
    "reads versions with their locks, writes replicas: %s",
    (kind) => {
      const near = `arn:aws:s3:::near-${kind}`;
      const far = `arn:aws:s3:::far-${kind}`;
      for (const [action, resource] of [
        ["s3:GetReplicationConfiguration", near],
        ["s3:ListBucket", near],
        ["s3:GetObjectVersionForReplication", `${near}/e1/x`],
        ["s3:GetObjectVersionAcl", `${near}/e1/x`],
        ["s3:GetObjectVersionTagging", `${near}/e1/x`],
        ["s3:GetObjectRetention", `${near}/e1/x`],
        ["s3:GetObjectLegalHold", `${near}/e1/x`],
        ["s3:ReplicateObject", `${far}/e1/x`],
        ["s3:ReplicateTags", `${far}/e1/x`],
      ] as const) {
        expect([action, decide(policy, { action, resource })]).toEqual([action, "allow"]);
      }
    },
  );

  test.each([
    ["s3:ReplicateDelete", "arn:aws:s3:::far-backups/e1/x"],
    ["s3:ReplicateObject", "arn:aws:s3:::near-backups/e1/x"],
    ["s3:ReplicateObject", "arn:aws:s3:::far-control/main/fence/1.json"],
    ["s3:GetObjectVersionForReplication", "arn:aws:s3:::far-backups/e1/x"],
    ["s3:DeleteObject", "arn:aws:s3:::far-backups/e1/x"],
    ["s3:PutObject", "arn:aws:s3:::far-backups/e1/x"],
  ])("may not %s at %s", (action, resource) => {
    expect(decide(policy, { action, resource })).toBe("silent");
  });

  test("decrypts on one side and encrypts on the other, through S3 for these buckets alone", () => {
    const near = via("eu-central-1", "arn:aws:s3:::near-backups");
    const far = via("eu-west-1", "arn:aws:s3:::far-archive");
    const kms = (action: string, resource: string, context: Record<string, string>) =>
      decide(policy, { action, resource, context });
    expect(kms("kms:Decrypt", from.keyArn, near)).toBe("allow");
    // Objects from before the bucket key have their own ARN as context.
    const object = via("eu-central-1", "arn:aws:s3:::near-backups/e1/x");
    expect(kms("kms:Decrypt", from.keyArn, object)).toBe("allow");
    expect(kms("kms:Encrypt", to.keyArn, far)).toBe("allow");
    expect(kms("kms:GenerateDataKey", to.keyArn, far)).toBe("allow");
    expect(kms("kms:Decrypt", to.keyArn, far)).toBe("silent");
    expect(kms("kms:Encrypt", from.keyArn, near)).toBe("silent");
    expect(kms("kms:Decrypt", from.keyArn, far)).toBe("silent");
    expect(kms("kms:Decrypt", from.keyArn, {})).toBe("silent");
  });

  test("is S3's alone, for the source buckets of this account", () => {
    expect(JSON.parse(replicationTrust(args))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "s3.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": from.bucketArns },
          },
        },
      ],
    });
  });

  test("of a vault has the vault's buckets and keys in its policy", async () => {
    const made = await recordAws(
      () =>
        new AwsVault("vault", {
          vaultName: "acme-recover",
          primary: { region: regionOf("eu-central-1"), keyArn: from.keyArn },
          standby: { region: regionOf("eu-west-1"), keyArn: to.keyArn },
          lock: { days: 35 },
          longestChainDays: 8,
          keepDays: 30,
        }),
    );
    const role = only(made, "aws:iam/role:Role");
    const rights = only(made, "aws:iam/rolePolicy:RolePolicy");
    const arn = (name: string) => `arn:aws:mock:s3:vault-${name}-bucket`;
    const asMade = {
      ...args,
      from: { ...from, bucketArns: [arn("primary-backups"), arn("primary-archive")] },
      to: { ...to, bucketArns: [arn("standby-backups"), arn("standby-archive")] },
    };
    expect(role.inputs["assumeRolePolicy"]).toBe(replicationTrust(asMade));
    expect(rights.inputs["policy"]).toBe(replicationPolicy(asMade));
    expect(rights.parent).toBe(role.parent);
  });
});
