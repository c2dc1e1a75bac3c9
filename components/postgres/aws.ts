import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { rdsManifestOf, type RdsManifest } from "../../scripts/postgres/rds-manifest.ts";
import { dataTags, physicalName } from "../aws/context.ts";
import { transformed } from "../aws/transform.ts";
import { Key } from "../local/key.ts";
import { adoptedFacts, instanceFacts } from "./aws-adopt.ts";
import { checkPostgresArgs, type AwsPostgresArgs } from "./aws-args.ts";
import { fixedInputs, instanceArgs, parametersOf } from "./aws-instance.ts";
import { RdsMonitoringRole } from "./monitoring-role.ts";

/**
 * PostgreSQL on RDS with everything that brings it back: a standby in another zone, point-in-time restore,
 * and automated backups that are replicated to another region.
 *
 * @remarks Recovery: RPO 5 minutes within the region, 5 to 30 minutes for a lost region. RTO is the
 * restore: "available" comes before "fast", because storage is loaded as it is read.
 */
export class AwsPostgres extends pulumi.ComponentResource {
  readonly address: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly masterUsername: pulumi.Output<string>;
  /** Secrets Manager's secret with the master password; empty where an adopted instance has none. */
  readonly masterSecretArn: pulumi.Output<string>;
  /** Of the database's own network interface; undefined for an adopted instance. */
  readonly securityGroupId: pulumi.Output<string> | undefined;
  /** What a restore needs when this region answers nothing. */
  readonly manifest: pulumi.Output<RdsManifest>;
  readonly instance: aws.rds.Instance;
  /** Undefined: replication is off, with a reason. */
  readonly replication: aws.rds.InstanceAutomatedBackupsReplication | undefined;

  constructor(name: string, args: AwsPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:postgres:AwsPostgres", name, {}, opts);
    checkPostgresArgs(args);
    const { region, source } = args;
    const { instance, securityGroup } =
      source.kind === "adopt" ? this.adopt(name, args, source.identifier) : this.make(name, args);
    const facts =
      source.kind === "adopt" ? adoptedFacts(instance, args, this) : instanceFacts(instance);
    this.instance = instance;
    this.securityGroupId = securityGroup?.id;
    this.address = pulumi.all([instance.address, facts]).apply(([address]) => address);
    this.port = facts.port;
    this.masterUsername = facts.username;
    this.masterSecretArn = instance.masterUserSecrets.apply(
      // Typed as always there; an instance whose password somebody else keeps has none.
      (secrets: readonly { readonly secretArn: string }[] | undefined) =>
        secrets?.[0]?.secretArn ?? "",
    );
    this.replication = this.replicate(name, args, facts.arn);
    this.manifest = pulumi
      .all([facts, copyOf(args, this.replication)])
      .apply(([known, copy]) => rdsManifestOf(region.name, known, parametersOf(args), copy));
    if ("off" in args.replication) {
      void pulumi.log.warn(
        `postgres.replication is off: ${args.replication.off}. A lost ${region.name} takes PostgreSQL with it.`,
        this,
      );
    }
    this.registerOutputs({
      address: this.address,
      port: this.port,
      masterUsername: this.masterUsername,
      masterSecretArn: this.masterSecretArn,
      manifest: this.manifest,
      instance: this.instance,
      // Pulumi warns of outputs that are undefined.
      ...(this.securityGroupId === undefined ? {} : { securityGroupId: this.securityGroupId }),
      ...(this.replication === undefined ? {} : { replication: this.replication }),
    });
  }

  private make(name: string, args: AwsPostgresArgs): Placed {
    const { region, transform = {} } = args;
    const child = { parent: this, provider: region.provider };
    const identifier = physicalName(region, "postgres", 63);
    const securityGroup = this.securityGroup(name, args, child);
    const subnetGroup = new aws.rds.SubnetGroup(
      `${name}-subnets`,
      transformed(transform.subnetGroup, {
        subnetIds: pulumi.output(args.subnetIds).apply((ids) => [...ids]),
        tags: dataTags("none"),
      }),
      child,
    );
    const parameterGroup = new aws.rds.ParameterGroup(
      `${name}-parameters`,
      transformed(transform.parameterGroup, {
        family: `postgres${args.majorVersion ?? 17}`,
        parameters: parametersOf(args),
        tags: dataTags("none"),
      }),
      child,
    );
    // RDS would make them by itself, and keep every line for ever.
    const logs = ["postgresql", "upgrade"].map(
      (log) =>
        new aws.cloudwatch.LogGroup(
          `${name}-log-${log}`,
          {
            name: `/aws/rds/instance/${identifier}/${log}`,
            retentionInDays: args.logDays ?? 30,
            tags: dataTags("none"),
          },
          child,
        ),
    );
    const monitoringRoleArn =
      args.monitoringRoleArn ??
      new RdsMonitoringRole(`${name}-monitoring`, { region }, { parent: this }).arn;
    // Kept in state, so that the name stays the same from run to run; two lives of a stack differ in it.
    const random = new Key(`${name}-final`, { kind: "id" }, { parent: this });
    const finalSnapshot = pulumi
      .all([random.value, args.epoch])
      .apply(([id, epoch]) => `${identifier}-final-e${epoch}-${id.slice(0, 8)}`);
    const hours = args.createHours ?? (args.source.kind === "new" ? 1 : 12);
    const instance = new aws.rds.Instance(
      `${name}-instance`,
      transformed(
        transform.instance,
        instanceArgs(args, {
          identifier,
          finalSnapshot,
          monitoringRoleArn,
          subnetGroup: subnetGroup.name,
          parameterGroup: parameterGroup.name,
          securityGroup: securityGroup.id,
        }),
      ),
      {
        ...child,
        protect: true,
        retainOnDelete: true,
        ignoreChanges: [...fixedInputs],
        dependsOn: logs,
        customTimeouts: { create: `${hours}h`, update: "3h", delete: "3h" },
      },
    );
    return { instance, securityGroup };
  }

  private securityGroup(
    name: string,
    { vpcId, clients, transform }: AwsPostgresArgs,
    child: pulumi.CustomResourceOptions,
  ): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      `${name}-access`,
      transformed(transform?.securityGroup, {
        vpcId,
        description: "PostgreSQL: who may connect",
        tags: dataTags("none"),
      }),
      child,
    );
    for (const [client, clientGroup] of Object.entries(clients)) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-from-${client}`,
        {
          securityGroupId: group.id,
          referencedSecurityGroupId: clientGroup,
          ipProtocol: "tcp",
          fromPort: 5432,
          toPort: 5432,
          description: client,
        },
        child,
      );
    }
    return group;
  }

  private adopt(name: string, { region }: AwsPostgresArgs, identifier: string): Placed {
    const instance = aws.rds.Instance.get(`${name}-instance`, identifier, undefined, {
      parent: this,
      provider: region.provider,
    });
    return { instance, securityGroup: undefined };
  }

  private replicate(
    name: string,
    { replication, backupRetentionDays = 14, transform }: AwsPostgresArgs,
    sourceDbInstanceArn: pulumi.Output<string>,
  ): aws.rds.InstanceAutomatedBackupsReplication | undefined {
    if (!("to" in replication)) return undefined;
    const { to, keyArn, retentionDays = backupRetentionDays } = replication;
    return new aws.rds.InstanceAutomatedBackupsReplication(
      `${name}-replication`,
      transformed(transform?.replication, {
        sourceDbInstanceArn,
        kmsKeyId: keyArn,
        retentionPeriod: retentionDays,
      }),
      {
        parent: this,
        // Made in the region that the copies go to.
        provider: to.provider,
        protect: true,
        // RDS replicates an instance into a region once; what was copied stays for its retention.
        deleteBeforeReplace: true,
        customTimeouts: { create: "3h", delete: "3h" },
      },
    );
  }
}

interface Placed {
  readonly instance: aws.rds.Instance;
  readonly securityGroup: aws.ec2.SecurityGroup | undefined;
}

function copyOf(
  { replication, backupRetentionDays = 14 }: AwsPostgresArgs,
  made: aws.rds.InstanceAutomatedBackupsReplication | undefined,
): pulumi.Output<RdsManifest["copy"]> {
  if (!("to" in replication) || made === undefined) return pulumi.output(null);
  const { to, keyArn, retentionDays = backupRetentionDays } = replication;
  // The resource's id is the ARN of the replicated backup.
  return pulumi
    .all([made.id, keyArn])
    .apply(([arn, key]) => ({ arn, region: to.name, keyArn: key, retentionDays }));
}
