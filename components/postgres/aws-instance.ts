import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { RdsParameter } from "../../scripts/postgres/rds-manifest.ts";
import { dataTags } from "../aws/context.ts";
import type { AwsPostgresArgs } from "./aws-args.ts";

/**
 * What decides at birth what an instance is: a changed value would replace it, or cannot be applied. All
 * of them are ignored once the instance is there, so that no later `up` takes a database away because
 * its source was forgotten, a backup expired, or a standby became the primary. Marked `ForceNew` in
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/rds/instance.go ; two more
 * are here for what a change would do: a new identifier moves the endpoint, the key of insights stays for ever.
 */
export const fixedInputs = [
  "availabilityZone",
  "backupTarget",
  "characterSetName",
  "customIamInstanceProfile",
  "dbName",
  "engine",
  "identifier",
  "identifierPrefix",
  "kmsKeyId",
  "ncharCharacterSetName",
  "performanceInsightsKmsKeyId",
  "restoreToPointInTime",
  "s3Import",
  "snapshotIdentifier",
  "storageEncrypted",
  "timezone",
  "username",
] as const satisfies readonly (keyof aws.rds.InstanceArgs)[];

/** What an instance is put into. */
export interface InstanceParts {
  readonly identifier: string;
  readonly finalSnapshot: pulumi.Input<string>;
  readonly monitoringRoleArn: pulumi.Input<string>;
  readonly subnetGroup: pulumi.Input<string>;
  readonly parameterGroup: pulumi.Input<string>;
  readonly securityGroup: pulumi.Input<string>;
}

/** All of an instance's arguments. A restore gives RDS's defaults for whatever is not said. */
export function instanceArgs(args: AwsPostgresArgs, parts: InstanceParts): aws.rds.InstanceArgs {
  const { keyArn, deployment = "multiAzInstance", allocatedGib = 100 } = args;
  return {
    identifier: parts.identifier,
    ...sourceArgs(args),
    engine: "postgres",
    // The major version alone: RDS raises the minor one by itself.
    engineVersion: String(args.majorVersion ?? 17),
    autoMinorVersionUpgrade: true,
    instanceClass: args.instanceClass,
    storageType: "gp3",
    // Also for a restore, which takes it from the backup: left out, it would read as "not encrypted".
    storageEncrypted: true,
    maxAllocatedStorage: args.maxAllocatedGib ?? allocatedGib * 10,
    multiAz: deployment === "multiAzInstance",
    dbSubnetGroupName: parts.subnetGroup,
    vpcSecurityGroupIds: [parts.securityGroup],
    parameterGroupName: parts.parameterGroup,
    publiclyAccessible: false,
    manageMasterUserPassword: true,
    masterUserSecretKmsKeyId: keyArn,
    iamDatabaseAuthenticationEnabled: true,
    backupRetentionPeriod: args.backupRetentionDays ?? 14,
    backupWindow: args.backupWindow ?? "02:00-03:00",
    maintenanceWindow: args.maintenanceWindow ?? "sun:04:00-sun:05:00",
    copyTagsToSnapshot: true,
    deletionProtection: true,
    deleteAutomatedBackups: false,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: parts.finalSnapshot,
    monitoringInterval: args.monitoringSeconds ?? 30,
    monitoringRoleArn: parts.monitoringRoleArn,
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: keyArn,
    performanceInsightsRetentionPeriod: 7,
    enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    tags: dataTags("relational", args.epoch),
  };
}

/** What differs between a new and a restored instance: user, key and size come with the backup. */
function sourceArgs({
  source,
  keyArn,
  allocatedGib = 100,
  masterUsername = "recover_admin",
}: AwsPostgresArgs): Partial<aws.rds.InstanceArgs> {
  switch (source.kind) {
    case "new":
      return { allocatedStorage: allocatedGib, kmsKeyId: keyArn, username: masterUsername };
    case "pointInTime":
      return {
        restoreToPointInTime: {
          sourceDbInstanceAutomatedBackupsArn: source.backupArn,
          ...(source.at === "latest"
            ? { useLatestRestorableTime: true }
            : { restoreTime: source.at }),
        },
      };
    case "snapshot":
      return { snapshotIdentifier: source.snapshot };
    case "adopt":
      throw new Error("an adopted instance gets no arguments");
  }
}

/** Parameters of the instance's own group. */
export function parametersOf({
  logicalReplication = false,
  parameters = [],
}: AwsPostgresArgs): RdsParameter[] {
  const own: RdsParameter[] = [
    { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
    // The report of a recovery says by it up to when transactions are there.
    { name: "track_commit_timestamp", value: "1", applyMethod: "pending-reboot" },
    ...(logicalReplication
      ? [{ name: "rds.logical_replication", value: "1", applyMethod: "pending-reboot" as const }]
      : []),
  ];
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...parameters.filter(({ name }) => !names.has(name))];
}
