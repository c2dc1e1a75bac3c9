import * as pulumi from "@pulumi/pulumi";
import { epochPrefix } from "../../scripts/archive/layout.ts";
import type { AwsRegion } from "../aws/context.ts";
import { policy, type PolicyDocument } from "../kafka/iam.ts";

/** Where the archive's objects go. */
export interface ArchiveBucket {
  readonly name: pulumi.Input<string>;
  readonly arn: pulumi.Input<string>;
  /** Encrypts its objects. */
  readonly keyArn: pulumi.Input<string>;
  /** Whether every new object is locked by the bucket's default retention (Object Lock). */
  readonly defaultRetention: boolean;
}

/** What is archived to where: the same for every kind of archive. */
export interface ArchiveTarget {
  readonly region: AwsRegion;
  readonly clusterArn: pulumi.Input<string>;
  readonly topic: string;
  /** ClickHouse's consumer group: the archive's role must never get at it. */
  readonly consumerGroup: string;
  /**
   * Kafka's own id of the cluster (22 characters), which the topology job reads from the brokers: part
   * of every event's identity.
   */
  readonly clusterId: pulumi.Input<string>;
  /** Kafka's id of the topic; a recreated topic has another. */
  readonly topicId: pulumi.Input<string>;
  /** Whose objects they are: each epoch writes under a prefix of its own. */
  readonly epoch: pulumi.Input<number>;
  /** @default "main" */
  readonly line?: pulumi.Input<string>;
  readonly bucket: ArchiveBucket;
  /**
   * A role that exists: a failover creates none, and takes what its pilot light made.
   * @default a role of its own
   */
  readonly roleArn?: pulumi.Input<string>;
}

/** An {@link ArchiveTarget} with everything known. */
export interface ArchivePlace {
  readonly epoch: number;
  readonly line: string;
  readonly clusterId: string;
  readonly topicId: string;
  readonly topic: string;
}

/** The place as an output. */
export function placeOf(target: ArchiveTarget): pulumi.Output<ArchivePlace> {
  return pulumi
    .all([target.epoch, target.clusterId, target.topicId, target.line])
    .apply(([epoch, clusterId, topicId, line = "main"]) => ({
      epoch,
      line,
      clusterId,
      topicId,
      topic: target.topic,
    }));
}

/**
 * What lies in the archive bucket and is no event: rewritten and deleted all the time, so neither
 * replicated nor locked, and their noncurrent versions expire soon.
 */
export const workingPrefixes = {
  /** How far the connector is, a small object a partition. */
  indexes: ".indexes/",
  /** An upload on its way to its final name. */
  staging: ".temp-upload/",
} as const;

/** Records that a Firehose stream could not transform or deliver. */
export const FAILED_PREFIX = "failed/";

/** `[{line}/]e{epoch}/{clusterId}/{topicId}`: what one writer may write under. */
export function placePrefix(place: ArchivePlace): string {
  return `${epochPrefix(place.epoch, place.line)}/${place.clusterId}/${place.topicId}`;
}

/**
 * Where the connector keeps how far it is. By epoch, cluster and topic id: its own names carry the topic's
 * name alone, and a new cluster that found the old one's offsets would skip that many events.
 */
export function indexFolder(place: ArchivePlace): string {
  return `${workingPrefixes.indexes}${placePrefix(place)}`;
}

export interface BucketAccess {
  readonly bucketArn: string;
  readonly keyArn: string;
  /** Keys under these may be read and written, never deleted. */
  readonly write: readonly string[];
  /** Keys under these may be deleted as well. @default none */
  readonly rewrite?: readonly string[];
}

/** A writer's access to the archive: its own prefixes, and nothing of another epoch's. */
export function bucketPolicy(access: BucketAccess): PolicyDocument {
  const { bucketArn, keyArn, write, rewrite = [] } = access;
  const below = (prefixes: readonly string[]): string[] =>
    prefixes.map((prefix) => `${bucketArn}/${prefix}*`);
  return policy(
    {
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: bucketArn,
    },
    {
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
      Resource: below([...write, ...rewrite]),
    },
    ...(rewrite.length === 0
      ? []
      : [{ Effect: "Allow" as const, Action: "s3:DeleteObject", Resource: below(rewrite) }]),
    { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: keyArn },
  );
}

/** Several documents as one. */
export function merged(...documents: readonly PolicyDocument[]): PolicyDocument {
  return policy(...documents.flatMap(({ Statement }) => Statement));
}
