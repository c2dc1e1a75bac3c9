import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RdsInstanceFacts } from "../../scripts/postgres/rds-manifest.ts";
import type { AwsPostgresArgs } from "./aws-args.ts";

/** What the manifest needs of an instance, in RDS's words. */
export function instanceFacts(instance: aws.rds.Instance): pulumi.Output<RdsInstanceFacts> {
  const {
    identifier,
    arn,
    resourceId,
    engineVersionActual,
    instanceClass,
    storageType,
    allocatedStorage,
    maxAllocatedStorage,
    iops,
    storageThroughput,
    multiAz,
    port,
    username,
    backupRetentionPeriod,
    backupWindow,
    maintenanceWindow,
  } = instance;
  return pulumi.output({
    identifier,
    arn,
    resourceId,
    engineVersionActual,
    instanceClass,
    storageType,
    allocatedStorage,
    maxAllocatedStorage,
    iops,
    storageThroughput,
    multiAz,
    port,
    username,
    backupRetentionPeriod,
    backupWindow,
    maintenanceWindow,
  });
}

/** What an adopted instance says of itself, beyond the manifest. */
export interface AdoptedFacts extends RdsInstanceFacts {
  readonly engine: string;
  readonly storageEncrypted: boolean | undefined;
  readonly deletionProtection: boolean | undefined;
  readonly publiclyAccessible: boolean | undefined;
}

/** The facts of an instance that this stack does not manage, once they are good enough to recover from. */
export function adoptedFacts(
  instance: aws.rds.Instance,
  args: AwsPostgresArgs,
  component: pulumi.Resource,
): pulumi.Output<RdsInstanceFacts> {
  const { engine, storageEncrypted, deletionProtection, publiclyAccessible } = instance;
  return pulumi
    .all([
      instanceFacts(instance),
      pulumi.output({ engine, storageEncrypted, deletionProtection, publiclyAccessible }),
    ])
    .apply(([facts, more]) => {
      const problems = adoptionProblems({ ...facts, ...more }, args);
      if (problems.length === 0) return facts;
      throw new pulumi.ResourceError(
        `the instance "${facts.identifier}" cannot be adopted, it could not be recovered as it is:\n` +
          `${problems.map((each) => `  ${each}`).join("\n")}\n` +
          "Change it where it is managed; this stack changes nothing in an adopted instance.",
        component,
        true,
      );
    });
}

/** What stands in the way, one line each with what to set. */
export function adoptionProblems(
  facts: AdoptedFacts,
  { backupRetentionDays = 14, deployment = "multiAzInstance" }: AwsPostgresArgs,
): string[] {
  const wrong: [boolean, string][] = [
    [facts.engine !== "postgres", `engine is ${facts.engine}: set engine to postgres`],
    [
      facts.storageEncrypted !== true,
      "storage is not encrypted: restore a snapshot into one that is",
    ],
    [
      facts.backupRetentionPeriod < backupRetentionDays,
      `automated backups are kept for ${facts.backupRetentionPeriod} days, postgres.backupRetentionDays ` +
        `asks for ${backupRetentionDays}: raise the one or lower the other`,
    ],
    [facts.deletionProtection !== true, "deletion protection is off: turn it on"],
    [facts.publiclyAccessible === true, "it is publicly accessible: turn that off"],
    [
      !facts.multiAz && deployment === "multiAzInstance",
      'it has no standby in another zone: turn Multi-AZ on, or set postgres.deployment to { singleAz: true, because: "…" }',
    ],
  ];
  return wrong.flatMap(([is, problem]) => (is ? [problem] : []));
}
