import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./not-deleted-by-hand.ts";

const vault = (s: StackBuilder, name = "vault") => s.add(aws.backup.Vault, name, {});
const deny = (Action: string | string[], more: object = {}) => ({
  Effect: "Deny",
  Principal: "*",
  Action,
  Resource: "*",
  ...more,
});
const both = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"];
const policy = (s: StackBuilder, ...Statement: readonly object[]) =>
  s.add(aws.backup.VaultPolicy, "policy", {
    backupVaultName: vault(s).out("name"),
    policy: JSON.stringify({ Version: "2012-10-17", Statement }),
  });

const cases: Cases = {
  rule,
  pass: [
    { title: "both denied to everybody", stack: (s) => policy(s, deny(both)), of: ["vault"] },
    {
      title: "in two statements, by patterns, beside what is allowed",
      stack: (s) =>
        policy(
          s,
          { ...deny("backup:CopyIntoBackupVault"), Effect: "Allow", Principal: { AWS: "1" } },
          deny("backup:delete*", { Principal: { AWS: "*" } }),
          deny("backup:UpdateRecoveryPoint*"),
        ),
    },
    {
      title: "a lock",
      stack: (s) =>
        s.add(aws.backup.VaultLockConfiguration, "lock", {
          backupVaultName: vault(s).out("name"),
          minRetentionDays: 7,
        }),
    },
  ],
  violation: [
    {
      title: "neither policy nor lock",
      stack: (s) => vault(s),
      says: "Vault vault lets backup:DeleteRecoveryPoint, backup:UpdateRecoveryPointLifecycle happen: deny it in a VaultPolicy, or add a lock",
      of: ["vault"],
    },
    {
      title: "a policy that is empty",
      stack: (s) =>
        s.add(aws.backup.VaultPolicy, "policy", {
          backupVaultName: vault(s).out("name"),
          policy: "",
        }),
      says: "deny it in policy of VaultPolicy policy",
    },
    {
      title: "one of both",
      stack: (s) => policy(s, deny("backup:DeleteRecoveryPoint")),
      says: "lets backup:UpdateRecoveryPointLifecycle happen: deny it in policy of VaultPolicy policy",
    },
    {
      title: "allowed, not denied",
      stack: (s) => policy(s, { ...deny(both), Effect: "Allow" }),
      says: "lets backup:DeleteRecoveryPoint",
    },
    {
      title: "denied to one role, to all but one, sometimes",
      stack: (s) =>
        policy(
          s,
          deny(both, { Principal: { AWS: "arn:aws:iam::123456789012:role/etl" } }),
          deny(both, { Principal: undefined, NotPrincipal: { AWS: "1" } }),
          deny(both, { Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } }),
        ),
      says: "lets backup:DeleteRecoveryPoint",
    },
    {
      title: "a lock and a policy of another vault",
      stack: (s) => {
        vault(s, "open");
        policy(s, deny(both));
      },
      says: "Vault open lets",
      of: ["open"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        s.add(aws.backup.VaultPolicy, "policy", {
          backupVaultName: vault(s).out("name"),
          policy: notKnown(),
        }),
      says: "policy of VaultPolicy policy is not known",
    },
  ],
  notApplicable: [{ title: "no vault", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
