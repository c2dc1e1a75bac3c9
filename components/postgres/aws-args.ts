import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { RdsParameter } from "../../scripts/postgres/rds-manifest.ts";
import type { AwsRegion } from "../aws/context.ts";
import type { Transform } from "../aws/transform.ts";

/** Where the data comes from. A database that is there is never replaced because this changed. */
export type AwsPostgresSource =
  | { readonly kind: "new" }
  /** A replicated automated backup; RDS knows times, not LSNs. */
  | {
      readonly kind: "pointInTime";
      readonly backupArn: pulumi.Input<string>;
      /** ISO 8601, UTC, or the latest time that can be restored. */
      readonly at: string;
    }
  | { readonly kind: "snapshot"; readonly snapshot: pulumi.Input<string> }
  /** An instance that is there: read, checked and backed up, never changed or deleted. */
  | { readonly kind: "adopt"; readonly identifier: string };

/** Copies of the automated backups in another region, or the reason why there are none. */
export type BackupReplication =
  | {
      readonly to: AwsRegion;
      /** KMS key in that region. */
      readonly keyArn: pulumi.Input<string>;
      /**
       * Of the copies; it goes on after the instance is gone.
       * @default as long as the instance's own
       */
      readonly retentionDays?: number;
    }
  | { readonly off: string }
  /** A standby that took over: the other region does not answer, and `mode: reprotect` replicates to it. */
  | { readonly until: "reprotect" };

export interface AwsPostgresArgs {
  readonly region: AwsRegion;
  readonly source: AwsPostgresSource;
  /** Epoch in force: part of the final snapshot's name. */
  readonly epoch: pulumi.Input<number>;
  /** Private subnets in two zones or more. */
  readonly subnetIds: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly vpcId: pulumi.Input<string>;
  /** Security groups that may connect, by a name for each. */
  readonly clients: Readonly<Record<string, pulumi.Input<string>>>;
  /** KMS key of this region: storage, master password, insights. */
  readonly keyArn: pulumi.Input<string>;
  /** @example "db.r6g.large" */
  readonly instanceClass: string;
  /** PostgreSQL's major version; minor ones follow by themselves. @default 17 */
  readonly majorVersion?: number;
  /** GiB at the beginning; a restore takes the backup's. @default 100 */
  readonly allocatedGib?: number;
  /**
   * GiB that storage may grow to by itself.
   * @default ten times `allocatedGib`
   * @remarks Recovery: a full disk stops PostgreSQL, and with it the backups.
   */
  readonly maxAllocatedGib?: number;
  /**
   * `multiAzInstance`: a standby in another zone. A Multi-AZ *cluster* cannot replicate its backups.
   * @default "multiAzInstance"
   * @remarks Recovery: a lost zone is RDS's to survive, in a minute or two, without any recovery of ours.
   */
  readonly deployment?:
    "multiAzInstance" | "multiAzCluster" | { readonly singleAz: true; readonly because: string };
  /**
   * Days of point-in-time restore, 1 to 35.
   * @default 14
   * @remarks Recovery: how far back a restore may go; RPO within the region is about 5 minutes.
   */
  readonly backupRetentionDays?: number;
  /** UTC. @default "02:00-03:00" */
  readonly backupWindow?: string;
  /** UTC. @default "sun:04:00-sun:05:00" */
  readonly maintenanceWindow?: string;
  /** @remarks Recovery: a lost region costs 5 to 30 minutes of PostgreSQL; without it, everything. */
  readonly replication: BackupReplication;
  /** Change data capture by logical replication; a static parameter, needs a restart. @default false */
  readonly logicalReplication?: boolean;
  /** Beyond forced TLS and those above. @default none */
  readonly parameters?: readonly RdsParameter[];
  /** Seconds between points of enhanced monitoring: 1, 5, 10, 15, 30, 60. @default 30 */
  readonly monitoringSeconds?: number;
  /** A standby makes no IAM role on the day. @default a role of its own */
  readonly monitoringRoleArn?: pulumi.Input<string>;
  /** Days that PostgreSQL's own log is kept in CloudWatch. @default 30 */
  readonly logDays?: number;
  /** Name of the master user; RDS keeps its password. @default "recover_admin" */
  readonly masterUsername?: string;
  /** Hours that a create may take; a restore copies all data first. @default 1 for new, 12 for a restore */
  readonly createHours?: number;
  /** @default none */
  readonly transform?: {
    readonly instance?: Transform<aws.rds.InstanceArgs>;
    readonly parameterGroup?: Transform<aws.rds.ParameterGroupArgs>;
    readonly subnetGroup?: Transform<aws.rds.SubnetGroupArgs>;
    readonly securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
    readonly replication?: Transform<aws.rds.InstanceAutomatedBackupsReplicationArgs>;
  };
}

/** @throws Error for arguments that contradict each other or RDS, with what to write */
export function checkPostgresArgs(args: AwsPostgresArgs): void {
  const { deployment, replication, region, source } = args;
  if (deployment === "multiAzCluster") {
    throw new Error(
      "postgres.deployment is multiAzCluster: RDS does not replicate the automated backups of a Multi-AZ " +
        "cluster to another region, so a lost region would take PostgreSQL with it. Write " +
        '"multiAzInstance": it also has a standby in another zone.',
    );
  }
  if (typeof deployment === "object") needReason("postgres.deployment.because", deployment.because);
  const retention = args.backupRetentionDays ?? 14;
  within("postgres.backupRetentionDays", retention, 1, 35);
  if ("off" in replication) {
    needReason("postgres.replication.off", replication.off);
  } else if ("to" in replication) {
    if (replication.to.name === region.name) {
      throw new Error(
        `postgres.replication.to is ${region.name}, the database's own region: a lost region would take the ` +
          "copies with it. Write the standby's region.",
      );
    }
    const days = replication.retentionDays ?? retention;
    within("postgres.replication.retentionDays", days, 1, 35);
    if (days < retention) {
      throw new Error(
        `postgres.replication.retentionDays is ${days} and postgres.backupRetentionDays ${retention}: the ` +
          "standby could not go back as far as the primary. " +
          `Write ${retention} or more, or less for the primary.`,
      );
    }
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(region.prefix)) {
    throw new Error(
      `the database would be called ${region.prefix}-postgres: RDS takes letters, digits and single hyphens, ` +
        "and a letter first. Write recover:install so.",
    );
  }
  const allocated = args.allocatedGib ?? 100;
  within("postgres.allocatedGib", allocated, 20, 65_536);
  const most = args.maxAllocatedGib ?? allocated * 10;
  if (most < allocated * 1.1) {
    throw new Error(
      `postgres.maxAllocatedGib is ${most} and postgres.allocatedGib ${allocated}: RDS grows storage by a tenth ` +
        `at least. Write ${Math.ceil(allocated * 1.1)} or more.`,
    );
  }
  if (![1, 5, 10, 15, 30, 60].includes(args.monitoringSeconds ?? 30)) {
    throw new Error(
      `postgres.monitoringSeconds is ${args.monitoringSeconds ?? 30}: RDS knows 1, 5, 10, 15, 30 and 60.`,
    );
  }
  if (source.kind === "pointInTime" && source.at !== "latest" && !isTime(source.at)) {
    throw new Error(
      `postgres.restoreTime "${source.at}" is no time. Write UTC as in 2026-11-22T23:15:00Z, or latest.`,
    );
  }
  const taken = args.parameters?.find(({ name }) => name === "rds.force_ssl");
  if (taken !== undefined && taken.value !== "1") {
    throw new Error(
      `postgres.parameters sets rds.force_ssl to ${taken.value}: logins and rows would cross the network ` +
        "readable. Leave it out: it is 1.",
    );
  }
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

function within(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(
    `${name} is ${value}: RDS takes whole numbers from ${least} to ${most}` +
      (name.endsWith("Days") ? ", and 0 would turn automated backups off." : "."),
  );
}

/** A protection goes off only with a reason that a reviewer can read. */
function needReason(name: string, reason: string): void {
  if (reason.trim().length >= 10) return;
  throw new Error(
    `${name} needs a reason of 10 characters or more: a protection is off, and every preview shows why.`,
  );
}
