import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./copies-leave-account.ts";

type PlanRule = aws.types.input.backup.PlanRule;
const plan = (s: StackBuilder, more: Partial<PlanRule>) =>
  s.add(aws.backup.Plan, "plan", {
    rules: [{ ruleName: "daily", targetVaultName: "vault", ...more }],
  });
const copyTo = (destinationVaultArn: pulumi.Input<string>) => ({
  copyActions: [{ destinationVaultArn }],
});
const vaultOf = (account: string) => `arn:aws:backup:eu-west-1:${account}:backup-vault:copies`;
const known = ["engine up", "exported state"] as const;

const cases: Cases = {
  rule,
  pass: [
    {
      title: "another account",
      stack: (s) => plan(s, copyTo(vaultOf("999999999999"))),
      of: ["plan"],
    },
    {
      title: "an air-gapped vault, as a target",
      stack: (s) => plan(s, { targetLogicallyAirGappedBackupVaultArn: "arn" }),
    },
    {
      title: "one rule of two",
      stack: (s) =>
        s.add(aws.backup.Plan, "plan", {
          rules: [
            { ruleName: "daily", targetVaultName: "vault" },
            { ruleName: "copied", targetVaultName: "vault", ...copyTo(vaultOf("999999999999")) },
          ],
        }),
    },
    {
      title: "an air-gapped vault, as a copy",
      stack: (s) => {
        const vault = s.add(aws.backup.LogicallyAirGappedVault, "gap", {
          minRetentionDays: 7,
          maxRetentionDays: 35,
        });
        plan(s, copyTo(vault.arn));
      },
    },
  ],
  violation: [
    {
      title: "no copy",
      stack: (s) => plan(s, {}),
      only: known,
      says: "every copy that Plan plan makes is in its own account",
    },
    {
      title: "a copy in the same account",
      stack: (s) => plan(s, copyTo(vaultOf("123456789012"))),
      only: known,
      says: "in its own account",
    },
    {
      title: "a vault of this stack",
      stack: (s) => plan(s, copyTo(s.add(aws.backup.Vault, "other", {}).arn)),
      only: known,
      says: "in its own account",
    },
  ],
  unknown: [
    {
      title: "the account is not known before the update",
      stack: (s) => plan(s, {}),
      only: ["engine preview", "saved preview"],
      says: "the account of Plan plan is not known",
    },
    { title: "a destination that is not known", stack: (s) => plan(s, copyTo(notKnown())) },
  ],
  notApplicable: [{ title: "no plan", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
