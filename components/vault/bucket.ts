import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BucketPurpose } from "../../scripts/vault/policies.ts";
import { dataTags, type AwsRegion } from "../aws/context.ts";
import { noPublicAccess } from "../aws/s3.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import { bucketPolicyDocument } from "./bucket-policy.ts";
import type { VaultBucket } from "./contract.ts";
import { bucketName } from "./names.ts";
import { lifecycleOf, type Retention } from "./retention.ts";

/** Escape hatches for the parts of a bucket; each is laid over what the vault itself says. */
export interface BucketTransforms {
  readonly bucket?: Transform<aws.s3.BucketArgs>;
  readonly encryption?: Transform<aws.s3.BucketServerSideEncryptionConfigurationArgs>;
  readonly lifecycle?: Transform<aws.s3.BucketLifecycleConfigurationArgs>;
  readonly lock?: Transform<aws.s3.BucketObjectLockConfigurationArgs>;
  readonly policy?: Transform<aws.s3.BucketPolicyArgs>;
}

export interface AwsVaultBucketArgs {
  readonly region: AwsRegion;
  /** @see bucketName */
  readonly vaultName: string;
  readonly purpose: BucketPurpose;
  /** KMS key in the bucket's own region: S3 treats a multi-Region key as a single-Region one. */
  readonly keyArn: pulumi.Input<string>;
  readonly retention: Retention;
  /**
   * Bucket in the same region that gets the access log; one with Object Lock cannot.
   * @default none
   */
  readonly accessLogBucket?: pulumi.Input<string>;
  /** @default none */
  readonly transform?: BucketTransforms;
}

/** What a bucket refuses, whatever a role is granted. */
export interface Refusals {
  /**
   * Epoch in force by line, for example `{ main: 3 }`: roles of earlier epochs are refused
   * (docs/decisions/012).
   * @remarks Recovery: a primary that comes back does not let its former writers in again.
   */
  readonly epochs: pulumi.Input<Readonly<Record<string, number>>>;
  /** What has to be passed first: a fence, for an epoch that is not taken yet. @default nothing */
  readonly dependsOn?: readonly pulumi.Resource[];
}

/**
 * One bucket of the vault with everything that makes it one: versions, lock, key, refusals, lifecycle.
 *
 * Its policy comes with `refuse`: which epoch is in force is written in the control bucket, so that has to be there
 * before.
 *
 * @remarks Recovery: nothing here is deleted by `pulumi destroy`: bucket and protections stay.
 */
export class AwsVaultBucket extends pulumi.ComponentResource implements VaultBucket {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Replication is refused by S3 before the bucket keeps versions. */
  readonly versioning: aws.s3.BucketVersioning;

  private readonly label: string;
  private readonly args: AwsVaultBucketArgs;
  private readonly made: aws.s3.Bucket;
  private readonly access: aws.s3.BucketPublicAccessBlock;

  constructor(name: string, args: AwsVaultBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:vault:AwsVaultBucket", name, {}, opts);
    this.label = name;
    this.args = args;
    const { region, purpose, keyArn, retention, accessLogBucket, transform = {} } = args;
    const locked = purpose !== "control";
    const kept = this.kept();
    const made = new aws.s3.Bucket(
      `${name}-bucket`,
      transformed(transform.bucket, {
        bucket: bucketName(args.vaultName, region.name, purpose),
        objectLockEnabled: locked,
        forceDestroy: false,
        tags: dataTags(dataClasses[purpose]),
      }),
      kept,
    );
    const { bucket } = made;
    this.made = made;
    this.versioning = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      kept,
    );
    const after = { ...kept, dependsOn: [this.versioning] };
    const parts: pulumi.Resource[] = [
      this.versioning,
      new aws.s3.BucketOwnershipControls(
        `${name}-ownership`,
        // No ACL means anything any more: policies alone decide.
        { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
        kept,
      ),
      new aws.s3.BucketServerSideEncryptionConfiguration(
        `${name}-encryption`,
        transformed(transform.encryption, { bucket, rules: [encryptedBy(keyArn)] }),
        kept,
      ),
      new aws.s3.BucketLifecycleConfiguration(
        `${name}-lifecycle`,
        transformed(transform.lifecycle, { bucket, rules: lifecycleOf(purpose, retention) }),
        after,
      ),
    ];
    this.access = new aws.s3.BucketPublicAccessBlock(
      `${name}-access`,
      { bucket, ...noPublicAccess },
      kept,
    );
    parts.push(this.access);
    if (locked) parts.push(this.lock(name, bucket, retention, transform.lock, after));
    if (accessLogBucket !== undefined) {
      new aws.s3.BucketLogging(
        `${name}-logging`,
        { bucket, targetBucket: accessLogBucket, targetPrefix: pulumi.interpolate`${bucket}/` },
        kept,
      );
    }
    // Whoever uses the name waits for the protections: nothing is written without them.
    this.name = waitFor(parts, bucket);
    this.arn = waitFor(parts, made.arn);
    this.registerOutputs({ name: this.name, arn: this.arn, versioning: this.versioning });
  }

  /** Gives the bucket its policy; once. @returns what a writer waits for */
  refuse({ epochs, dependsOn = [] }: Refusals): pulumi.Resource {
    const { keyArn, transform = {} } = this.args;
    return new aws.s3.BucketPolicy(
      `${this.label}-policy`,
      transformed(transform.policy, {
        bucket: this.made.bucket,
        policy: pulumi
          .all([this.made.arn, keyArn, epochs])
          .apply(([bucketArn, key, inForce]) =>
            bucketPolicyDocument({ bucketArn, keyArn: key, epochs: inForce }),
          ),
      }),
      // S3 answers a conflict when policy and access block are set at once.
      { ...this.kept(), dependsOn: [this.access, ...dependsOn] },
    );
  }

  private kept() {
    return {
      parent: this,
      provider: this.args.region.provider,
      protect: true,
      retainOnDelete: true,
    };
  }

  private lock(
    name: string,
    bucket: pulumi.Output<string>,
    { mode, lockDays }: Retention,
    transform: Transform<aws.s3.BucketObjectLockConfigurationArgs> | undefined,
    opts: pulumi.CustomResourceOptions,
  ): aws.s3.BucketObjectLockConfiguration {
    if (mode === "COMPLIANCE") {
      void pulumi.log.warn(
        `vault.lock.mode is COMPLIANCE: for ${lockDays} days nobody can delete an object of this bucket, the ` +
          "account's root and AWS included, and the mode cannot be undone for what is already there. " +
          "The bucket costs what it costs until then.",
        this,
      );
    }
    return new aws.s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      transformed(transform, { bucket, rule: { defaultRetention: { mode, days: lockDays } } }),
      opts,
    );
  }
}

const dataClasses = { backups: "backups", archive: "events", control: "coordination" } as const;

function encryptedBy(
  keyArn: pulumi.Input<string>,
): aws.types.input.s3.BucketServerSideEncryptionConfigurationRule {
  return {
    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
    // One call of KMS for many objects: without it, millions of objects are throttled and dear.
    bucketKeyEnabled: true,
  };
}

function waitFor(
  resources: readonly pulumi.Resource[],
  value: pulumi.Output<string>,
): pulumi.Output<string> {
  const there = pulumi.all(resources.map(({ urn }) => urn));
  return pulumi.all([value, there]).apply(([first]) => first);
}
