import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./vault-locked.ts";

const locked =
  (lock: Partial<aws.backup.VaultLockConfigurationArgs>, deleteAfter?: number) =>
  (s: StackBuilder) => {
    const vault = s.add(aws.backup.Vault, "vault", {});
    s.add(aws.backup.VaultLockConfiguration, "lock", {
      backupVaultName: vault.out("name"),
      changeableForDays: 3,
      ...lock,
    });
    const other = s.add(aws.backup.Vault, "other", { name: "other" });
    s.add(aws.backup.VaultLockConfiguration, "other-lock", {
      backupVaultName: other.out("name"),
      changeableForDays: 3,
    });
    s.add(aws.backup.Plan, "plan", {
      rules: [
        { ruleName: "a", targetVaultName: other.out("name"), lifecycle: { deleteAfter: 1 } },
        {
          ruleName: "b",
          targetVaultName: vault.out("name"),
          ...(deleteAfter === undefined ? {} : { lifecycle: { deleteAfter } }),
        },
      ],
    });
  };
// Two vaults are made in one property: a preview cannot tell which rule goes where.
const known = ["engine up", "exported state"] as const;

const cases: Cases = {
  rule,
  pass: [
    {
      title: "within the lock, at both ends",
      stack: locked({ minRetentionDays: 35, maxRetentionDays: 35 }, 35),
      of: ["vault", "other"],
    },
    { title: "for ever, and no upper end", stack: locked({ minRetentionDays: 7 }) },
  ],
  violation: [
    {
      title: "no lock",
      stack: (s) => s.add(aws.backup.Vault, "vault", {}),
      says: "Vault vault has no lock",
    },
    {
      title: "it can be taken off",
      stack: locked({ changeableForDays: undefined as never }, 35),
      says: "can be taken off by an administrator: set changeableForDays",
      of: ["vault"],
    },
    {
      title: "shorter than the lock",
      stack: locked({ minRetentionDays: 35 }, 34),
      says: "a plan keeps 34 days in Vault vault, its lock allows 35 to Infinity",
      only: known,
    },
    {
      title: "longer than the lock",
      stack: locked({ maxRetentionDays: 35 }, 36),
      says: "a plan keeps 36 days in Vault vault, its lock allows 0 to 35",
      only: known,
    },
  ],
  unknown: [
    {
      title: "days that are not known",
      stack: locked({ minRetentionDays: notKnown() }),
      says: "minRetentionDays of VaultLockConfiguration lock is not known",
    },
  ],
  notApplicable: [{ title: "no vault", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
