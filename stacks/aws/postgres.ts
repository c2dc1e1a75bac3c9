import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../../components/aws/context.ts";
import { AwsPostgres } from "../../components/postgres/aws.ts";
import type { AwsPostgresSource, BackupReplication } from "../../components/postgres/aws-args.ts";
import type { Probe } from "../../components/postgres/reach.ts";
import { postgresRoles, type PostgresRoles } from "../../components/postgres/roles.ts";
import type { Connection } from "../../scripts/connection.ts";
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
      source: sourceOf(settings, wish),
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
  return {
    server,
    resource: roles?.ready ?? server,
    connection: connectionOf(settings, server, roles, adminPassword),
    ...(roles === undefined
      ? {}
      : {
          afterSchema: (schema: pulumi.Resource) => {
            roles.grantHeartbeat(`${wish.name}-roles`, schema);
          },
        }),
  };
}

function sourceOf({ postgres }: AwsSettings, wish: PostgresWish): AwsPostgresSource {
  if (postgres.adopt !== undefined) return { kind: "adopt", ...postgres.adopt };
  if (wish.source === "new") return { kind: "new" };
  if (postgres.backupArn === undefined) {
    throw new Error(
      "recover:postgres.backupArn is not set: which backup of PostgreSQL is to be restored nobody can say. Write " +
        "the ARN of its automated backup in this region: aws rds describe-db-instance-automated-backups.",
    );
  }
  return { kind: "pointInTime", backupArn: postgres.backupArn, at: postgres.restoreTime };
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
  { address, port, masterUsername }: AwsPostgres,
  roles: PostgresRoles | undefined,
  adminPassword: pulumi.Output<string>,
): pulumi.Output<NonNullable<Connection["postgres"]>> {
  const login = roles?.logins.application ?? { username: masterUsername, password: adminPassword };
  return pulumi.secret(
    pulumi
      .all([address, port, login.username, login.password])
      .apply(([host, at, user, password]) => ({
        url:
          `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${at}/` +
          `${names.database}?uselibpqcompat=true&sslmode=require`,
      })),
  );
}
