import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../../components/aws/context.ts";
import { AwsPostgres } from "../../components/postgres/aws.ts";
import type { AwsPostgresSource, BackupReplication } from "../../components/postgres/aws-args.ts";
import type { Probe } from "../../components/postgres/reach.ts";
import { postgresRoles, type PostgresRoles } from "../../components/postgres/roles.ts";
import type { StepFactory } from "../../components/job/steps.ts";
import { connect } from "../../components/local/context.ts";
import type { Connection, ControlBucket } from "../../scripts/connection.ts";
import type { RestoreSource } from "../../scripts/postgres/rds-source.ts";
import type { Database, PostgresWish } from "../platform.ts";
import type { AwsSettings } from "../settings.ts";
import type { Foundation } from "./foundation.ts";

export interface PostgresPlace {
  readonly settings: AwsSettings;
  readonly region: AwsRegion;
  readonly foundation: Foundation;
  readonly keyArn: pulumi.Input<string>;
  readonly replication: BackupReplication;
  readonly stack: string;
  /** The control bucket, where what a restore needs is read. */
  readonly control: pulumi.Input<ControlBucket>;
  /** Where it is written, for the standby. @default nowhere: there is no standby */
  readonly manifestTo?: pulumi.Input<ControlBucket>;
  /** Steps on the machine of `pulumi up`. */
  readonly here: StepFactory;
  /** For tests. @default a TCP connection */
  readonly probe?: Probe | undefined;
}

export interface AwsDatabase extends Database {
  readonly server: AwsPostgres;
}

/** RDS, with database, roles and grants where this stack manages them. */
export function postgresOf(place: PostgresPlace, wish: PostgresWish): AwsDatabase {
  const { settings, region, foundation } = place;
  const asked = settings.postgres;
  const server = new AwsPostgres(
    wish.name,
    {
      // One that was recovered in place stands beside the lost one.
      region:
        wish.recoveryId === undefined
          ? region
          : { ...region, prefix: `${region.prefix}-${wish.recoveryId}` },
      source: sourceOf(place, wish),
      epoch: wish.epoch,
      subnetIds: foundation.network.isolatedSubnetIds,
      vpcId: foundation.network.vpcId,
      clients: { cluster: foundation.cluster.securityGroupId },
      keyArn: place.keyArn,
      instanceClass: asked.instanceClass,
      majorVersion: asked.majorVersion,
      allocatedGib: asked.allocatedGib,
      ...(asked.maxAllocatedGib === undefined ? {} : { maxAllocatedGib: asked.maxAllocatedGib }),
      deployment: asked.deployment,
      backupRetentionDays: asked.backupRetentionDays,
      replication: place.replication,
      monitoringRoleArn: foundation.roles.monitoringArn,
    },
    { dependsOn: [...wish.dependsOn] },
  );
  const adminPassword = masterPassword(server, region);
  const roles = postgresRoles(
    `${wish.name}-roles`,
    asked.manageRoles,
    {
      base: wish.base,
      server: {
        host: server.address,
        port: server.port,
        adminUser: server.masterUsername,
        adminPassword,
        tls: true,
      },
      stack: place.stack,
      names: asked.names,
      source: wish.source === "new" ? "new" : "restored",
      isPrivate: true,
      ...(asked.adminEndpoint === undefined ? {} : { adminEndpoint: asked.adminEndpoint }),
      ...(place.probe === undefined ? {} : { probe: place.probe }),
    },
    { dependsOn: [server] },
  );
  const connection = connectionOf(settings, server, roles, adminPassword);
  if (place.manifestTo !== undefined) {
    // With every ledger too; here already before there is one.
    place.here(
      `${wish.name}-manifest`,
      {
        command: "rds-manifest",
        connection: connect({
          ...wish.base,
          epoch: wish.epoch,
          postgres: connection,
          control: place.manifestTo,
        }),
      },
      { dependsOn: [server] },
    );
  }
  return {
    server,
    resource: roles?.ready ?? server,
    connection,
    ...(roles === undefined
      ? {}
      : {
          afterSchema: (schema: pulumi.Resource) => {
            roles.grantHeartbeat(`${wish.name}-roles`, schema);
          },
        }),
  };
}

/**
 * A standby's config names the backup; without that the control bucket's manifest does, or what its region lists.
 *
 * @throws Error when nothing says whose backups are meant
 */
function sourceOf(
  { settings, here, control }: PostgresPlace,
  wish: PostgresWish,
): AwsPostgresSource {
  const { postgres, primaryRegion, install } = settings;
  if (postgres.adopt !== undefined) return { kind: "adopt", ...postgres.adopt };
  if (wish.source === "new") return { kind: "new" };
  const { backupArn, restoreTime: at } = postgres;
  if (backupArn !== undefined) return { kind: "pointInTime", backupArn, at };
  if (primaryRegion === undefined) {
    throw new Error(
      "recover:postgres.backupArn is not set, nor is recover:primaryRegion: which backup of PostgreSQL is to be " +
        "restored nobody can say. Write the region that was lost (nothing there is called), or the ARN of the " +
        "automated backup in this region: aws rds describe-db-instance-automated-backups.",
    );
  }
  const found = here<RestoreSource>(
    `${wish.name}-source`,
    {
      command: "rds-source",
      connection: connect({ ...wish.base, epoch: 1, control }),
      params: {
        primaryRegion,
        identifierPrefix: `${install}-`,
        ...(at === "latest" ? {} : { at }),
      },
      // It only reads, and a preview is to show what would be restored. Later on that backup may have expired.
      guard: true,
      once: true,
    },
    { dependsOn: [...wish.dependsOn] },
  );
  return { kind: "pointInTime", backupArn: found.result.backupArn, at };
}

/** RDS keeps it in Secrets Manager, in its own region. */
function masterPassword(server: AwsPostgres, region: AwsRegion): pulumi.Output<string> {
  const version = aws.secretsmanager.getSecretVersionOutput(
    { secretId: server.masterSecretArn },
    { provider: region.provider },
  );
  return pulumi.secret(
    version.secretString.apply((text) => (JSON.parse(text) as { password: string }).password),
  );
}

/** The owner of the database, whose password is ours and stays; RDS changes the master's every week. */
function connectionOf(
  { postgres: { names } }: AwsSettings,
  { address, port, masterUsername, manifest }: AwsPostgres,
  roles: PostgresRoles | undefined,
  adminPassword: pulumi.Output<string>,
): pulumi.Output<NonNullable<Connection["postgres"]>> {
  const login = roles?.logins.application ?? { username: masterUsername, password: adminPassword };
  return pulumi.secret(
    pulumi
      .all([address, port, login.username, login.password, manifest])
      .apply(([host, at, user, password, known]) => ({
        kind: "rds" as const,
        manifest: known,
        url:
          `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${at}/` +
          `${names.database}?uselibpqcompat=true&sslmode=require`,
      })),
  );
}
