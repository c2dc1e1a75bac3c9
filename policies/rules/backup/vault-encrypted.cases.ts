import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import type { StackBuilder } from "../../testing/builder.ts";
import rule from "./vault-encrypted.ts";

const airGapped = (s: StackBuilder, more: Partial<aws.backup.LogicallyAirGappedVaultArgs> = {}) =>
  s.add(aws.backup.LogicallyAirGappedVault, "gap", {
    minRetentionDays: 7,
    maxRetentionDays: 90,
    ...more,
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "with a key of the stack, whose ARN a preview does not know",
      stack: (s) => {
        const key = s.add(aws.kms.Key, "key", {});
        s.add(aws.backup.Vault, "vault", { kmsKeyArn: key.arn });
        airGapped(s, { encryptionKeyArn: key.arn });
      },
      of: ["gap", "vault"],
    },
  ],
  violation: [
    {
      title: "nothing set; the state then has the key that AWS manages",
      stack: (s) => {
        const kmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/of-aws";
        s.add(aws.backup.Vault, "vault", {}, { outputs: { kmsKeyArn } });
      },
      says: "Vault vault is encrypted with a key of AWS: set kmsKeyArn",
      of: ["vault"],
    },
    {
      title: "the key that AWS manages, by name",
      stack: (s) =>
        s.add(aws.backup.Vault, "vault", {
          kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:alias/aws/backup",
        }),
      says: "with a key of AWS",
    },
    {
      title: "an air-gapped one",
      stack: (s) => airGapped(s),
      says: "LogicallyAirGappedVault gap is encrypted with a key of AWS: set encryptionKeyArn",
    },
  ],
  unknown: "whether a key is set is known also when its ARN is not",
  notApplicable: [{ title: "no vault", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
