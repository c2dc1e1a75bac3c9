import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../../components/aws/context.ts";
import { AwsKeys } from "../../components/keys/aws.ts";
import { AwsVault } from "../../components/vault/aws.ts";
import type { Vault, VaultPlace } from "../../components/vault/contract.ts";
import type { VaultReach } from "../../components/vault/writers.ts";
import type { WriterAccess } from "../../components/vault/local.ts";
import { AwsSupportBucket } from "../../components/aws/support-bucket.ts";
import { bucketName } from "../../components/vault/names.ts";
import { writerRoles, type BucketPurpose, type WriterRole } from "../../scripts/vault/policies.ts";
import type { PlatformVault } from "../platform.ts";
import type { AwsSettings } from "../settings.ts";
import { longestGapSeconds } from "../../policies/model/schedule.ts";
import { accessOf, controlOf, vaultSideOf } from "./access.ts";

const day = 86_400;

/** A vault, the keys of its side in the other region, and how its policies come. */
export interface MadeVault {
  readonly vault: AwsVault;
  readonly farKeys: AwsKeys;
}

/** The vault and its keys, made by the primary's stack on both sides; its policies come with `platformVault`. */
export function makeVault(
  settings: AwsSettings,
  near: AwsRegion,
  far: AwsRegion,
  keys: AwsKeys,
  dependsOn: readonly pulumi.Resource[],
): MadeVault {
  const { vaultName } = settings;
  const after = { dependsOn: [...dependsOn] };
  // What lies in the standby's region is encrypted there: by keys that outlive this region.
  const farKeys = new AwsKeys(
    "keys-standby",
    { region: far, classes: ["vault", "relational"] },
    after,
  );
  const logsOf = accessLogs(vaultName, after);
  const vault = new AwsVault(
    "vault",
    {
      vaultName,
      primary: {
        region: near,
        keyArn: keys.arnOf("vault"),
        accessLogBucket: logsOf("vault-logs", near, ["backups", "archive"]),
      },
      standby: {
        region: far,
        keyArn: farKeys.arnOf("vault"),
        accessLogBucket: logsOf("vault-logs-standby", far, ["backups", "archive", "control"]),
      },
      ...kept(settings),
    },
    after,
  );
  return { vault, farKeys };
}

/**
 * A standby that took over gets a standby of its own: a side of the vault in another region, by another name, into
 * which the buckets are copied that it writes. Those stay another stack's, and so does what lies in the lost region:
 * none of it is touched, whether that region comes back or not.
 */
export function makeCopy(
  settings: AwsSettings,
  near: AwsRegion,
  far: AwsRegion,
  read: VaultPlace,
  dependsOn: readonly pulumi.Resource[],
): MadeVault {
  const vaultName = settings.reprotect?.vaultName ?? "";
  const after = { dependsOn: [...dependsOn] };
  const farKeys = new AwsKeys(
    "keys-copy",
    { region: far, classes: ["vault", "relational"] },
    after,
  );
  const vault = new AwsVault(
    "vault-copy",
    {
      vaultName,
      primary: { region: near, read },
      standby: {
        region: far,
        keyArn: farKeys.arnOf("vault"),
        accessLogBucket: accessLogs(vaultName, after)("vault-copy-logs", far, [
          "backups",
          "archive",
          "control",
        ]),
      },
      ...kept(settings),
    },
    after,
  );
  return { vault, farKeys };
}

/** Who read or wrote what a recovery stands on, in each region. */
function accessLogs(vaultName: string, opts: pulumi.ComponentResourceOptions) {
  return (label: string, region: AwsRegion, purposes: readonly BucketPurpose[]) =>
    new AwsSupportBucket(
      label,
      {
        region,
        accessLogsOf: purposes.map((purpose) => bucketName(vaultName, region.name, purpose)),
      },
      opts,
    ).name;
}

/** How long what is kept. */
function kept({ fullBackups, lockFor, lockMode, keepFor }: AwsSettings) {
  return {
    lock: { mode: lockMode, days: Math.ceil(lockFor / day) },
    longestChainDays:
      "cron" in fullBackups
        ? Math.ceil(longestGapSeconds(fullBackups.cron) / day)
        : Math.ceil(lockFor / day),
    keepDays: Math.ceil(keepFor / day),
  };
}

/** The side that a stack writes and reads: its own region's. */
export function placeOf(vault: Vault): VaultPlace {
  return vault.primary ?? vault.standby;
}

/** What IAM policies name. */
export function reachOf(vault: Vault, region: AwsRegion): pulumi.Output<VaultReach> {
  const near = placeOf(vault);
  return pulumi
    .all([
      near.backups.name,
      near.archive.name,
      near.keyArn,
      vault.control.name,
      vault.standby.keyArn,
    ])
    .apply(([backups, archive, keyArn, control, controlKey]) => ({
      partition: region.partition,
      buckets: {
        backups: { name: backups, region: near.region, keyArn },
        archive: { name: archive, region: near.region, keyArn },
        control: { name: control, region: vault.standby.region, keyArn: controlKey },
      },
    }));
}

/**
 * The vault as roles use it. Whoever writes is told apart by IAM roles, not by keys: all logins of an epoch
 * look the same here, and its roles are in roles.ts.
 *
 * @param owned buckets that this stack made refuse roles of earlier epochs, from the moment on from which an epoch is
 *   in force. A standby only reads; its fence writes the same into the buckets of its region.
 */
export function platformVault(vault: Vault, owned?: AwsVault): PlatformVault {
  const { region, backups, archive } = placeOf(vault);
  const side = vaultSideOf({ region, backups: backups.name, archive: archive.name });
  const control = controlOf(vault.standby.region, vault.control.name);
  const access = accessOf(side, control);
  let taken: pulumi.Input<number> = 1;
  const refuse = (dependsOn: readonly pulumi.Resource[]): readonly pulumi.Resource[] =>
    owned?.refuse({ epochs: pulumi.output(taken).apply((main) => ({ main })), dependsOn }) ?? [];
  return {
    recovery: access,
    admin: side,
    writersOf: (suffix, epoch, dependsOn) => {
      taken = epoch;
      // One that a recovery takes is in force behind its fence: `arm`.
      const refusing = suffix === "" ? refuse(dependsOn) : [];
      const writes = accessOf(after(refusing, side), after(refusing, control));
      return Object.fromEntries(writerRoles.map((role) => [role, writes])) as Record<
        WriterRole,
        WriterAccess
      >;
    },
    arm: (_suffix, dependsOn) => refuse(dependsOn),
    replicators: () => ({ reader: side, writer: side, made: [] }),
  };
}

function after<T>(
  resources: readonly pulumi.Resource[],
  value: pulumi.Output<T>,
): pulumi.Output<T> {
  const there = pulumi.all(resources.map(({ urn }) => urn));
  return pulumi.output({ value, there }).apply((all) => all.value as T);
}
