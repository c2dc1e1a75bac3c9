import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import type { VaultPlace } from "./contract.ts";
import { ReplicationRole } from "./replication-role.ts";

type Rule = aws.types.input.s3.BucketReplicationConfigRule;

export interface VaultReplicationArgs {
  /** Region of the source buckets: the configuration belongs to them. */
  readonly region: AwsRegion;
  readonly from: VaultPlace;
  readonly to: VaultPlace;
  /**
   * Role that S3 replicates as, where one exists: a standby that turns replication round on the day
   * makes no IAM resource.
   * @default a role of its own
   */
  readonly roleArn?: pulumi.Input<string>;
  /** @default none */
  readonly transform?: { readonly config?: Transform<aws.s3.BucketReplicationConfigArgs> };
}

/**
 * Backups and archive of one region into the other's buckets. The control bucket is never replicated.
 *
 * @remarks Recovery: 99.99 % of objects arrive within 15 minutes, in no order: a chain counts only
 * once each of its objects is there. Objects written before it was set up are not replicated.
 */
export class VaultReplication extends pulumi.ComponentResource {
  /** By source bucket. */
  readonly configs: Readonly<Record<"backups" | "archive", aws.s3.BucketReplicationConfig>>;

  constructor(name: string, args: VaultReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:vault:VaultReplication", name, {}, opts);
    const { region, from, to, transform } = args;
    refuseOneRegion(from.region, to.region);
    const role =
      args.roleArn ??
      new ReplicationRole(`${name}-role`, { region, from, to }, { parent: this }).arn;
    const config = (purpose: "backups" | "archive") =>
      new aws.s3.BucketReplicationConfig(
        `${name}-${purpose}`,
        transformed(transform?.config, {
          bucket: from[purpose].name,
          role,
          rules: [ruleOf(purpose, to)],
        }),
        { parent: this, provider: region.provider, protect: true, retainOnDelete: true },
      );
    this.configs = { backups: config("backups"), archive: config("archive") };
    this.registerOutputs({ configs: this.configs });
  }
}

/** @throws Error when the copy would be lost together with the original */
export function refuseOneRegion(from: string, to: string): void {
  if (from !== to) return;
  throw new Error(
    `the vault would be replicated from ${from} into ${to}: a copy beside the original is lost with it. ` +
      "Set recover:standbyRegion to another region.",
  );
}

/** 15 is the only time that S3 offers, and it comes with metrics or not at all. */
const minutes = 15;

function ruleOf(purpose: "backups" | "archive", to: VaultPlace): Rule {
  return {
    id: `${purpose}-to-${to.region}`,
    status: "Enabled",
    priority: 1,
    // All objects; without a filter S3 would take the rule for one of its first version.
    filter: { prefix: "" },
    deleteMarkerReplication: { status: "Disabled" },
    // Without these two S3 leaves out what is encrypted by KMS, without an error.
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
    destination: {
      bucket: to[purpose].arn,
      encryptionConfiguration: { replicaKmsKeyId: to.keyArn },
      replicationTime: { status: "Enabled", time: { minutes } },
      metrics: { status: "Enabled", eventThreshold: { minutes } },
    },
  };
}
