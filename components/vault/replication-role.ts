import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";
import { actingFor, serviceTrust } from "../aws/iam.ts";
import type { VaultPlace } from "./contract.ts";

/** One direction of replication, as policies name it. */
export interface ReplicationPolicyArgs {
  readonly accountId: string;
  readonly from: ReplicatedPlace;
  readonly to: ReplicatedPlace;
}

export interface ReplicatedPlace {
  readonly region: string;
  readonly keyArn: string;
  readonly bucketArns: readonly string[];
}

/** Only S3 may become this role, and only for this account's buckets. */
export function replicationTrust({ accountId, from }: ReplicationPolicyArgs): string {
  return serviceTrust("s3.amazonaws.com", actingFor(accountId, from.bucketArns));
}

/**
 * Reads versions with their locks on one side, writes replicas on the other. Delete markers are left
 * out (no `s3:ReplicateDelete`): a deletion near the primary must not hide the standby's copy.
 *
 * With a bucket key KMS sees the bucket's ARN as encryption context, without one the object's.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-replication
 */
export function replicationPolicy({ from, to }: ReplicationPolicyArgs): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Source",
        Effect: "Allow",
        Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
        Resource: from.bucketArns,
      },
      {
        Sid: "Versions",
        Effect: "Allow",
        Action: [
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionTagging",
          "s3:GetObjectRetention",
          "s3:GetObjectLegalHold",
        ],
        Resource: objects(from.bucketArns),
      },
      {
        Sid: "Replicas",
        Effect: "Allow",
        Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
        Resource: objects(to.bucketArns),
      },
      keyStatement("Decrypt", ["kms:Decrypt"], from),
      keyStatement("Encrypt", ["kms:Encrypt", "kms:GenerateDataKey"], to),
    ],
  });
}

function keyStatement(Sid: string, Action: readonly string[], place: ReplicatedPlace): object {
  return {
    Sid,
    Effect: "Allow",
    Action,
    Resource: [place.keyArn],
    Condition: {
      StringLike: {
        "kms:ViaService": `s3.${place.region}.amazonaws.com*`,
        "kms:EncryptionContext:aws:s3:arn": [...place.bucketArns, ...objects(place.bucketArns)],
      },
    },
  };
}

function objects(bucketArns: readonly string[]): string[] {
  return bucketArns.map((arn) => `${arn}/*`);
}

export interface ReplicationRoleArgs {
  /** Of the provider that makes it; IAM itself has no region. */
  readonly region: AwsRegion;
  readonly from: VaultPlace;
  readonly to: VaultPlace;
}

/** What S3 replicates as: a role of its own, so that its rights can be read in one place. */
export class ReplicationRole extends pulumi.ComponentResource {
  /** Resolves only once the role has its rights. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: ReplicationRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:vault:ReplicationRole", name, {}, opts);
    const { region, from, to } = args;
    const policy: pulumi.Output<ReplicationPolicyArgs> = pulumi.output({
      accountId: region.accountId,
      from: placeOf(from),
      to: placeOf(to),
    });
    const kept = {
      parent: this,
      provider: region.provider,
      protect: true,
      retainOnDelete: true,
    };
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        description: `Replicates the vault from ${from.region} to ${to.region}`,
        assumeRolePolicy: policy.apply(replicationTrust),
        tags: dataTags("none"),
      },
      kept,
    );
    const rights = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: policy.apply(replicationPolicy) },
      kept,
    );
    this.arn = pulumi.all([role.arn, rights.urn]).apply(([arn]) => arn);
    this.registerOutputs({ arn: this.arn });
  }
}

function placeOf({ region, keyArn, backups, archive }: VaultPlace) {
  return { region, keyArn, bucketArns: [backups.arn, archive.arn] };
}
