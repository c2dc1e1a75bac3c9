import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, physicalName, type AwsRegion, type DataClass } from "../aws/context.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import { keyClasses, keyPolicy, type KeyClass } from "./policies.ts";

export interface AwsKeysArgs {
  /** Where the keys are, and what they encrypt with them. */
  readonly region: AwsRegion;
  /**
   * Classes that get a key. The primary's stack also makes the key of the vault's buckets in the standby's
   * region: `["vault"]` there.
   * @default all of them
   */
  readonly classes?: readonly KeyClass[];
  /** Last word on each key's arguments. @default none */
  readonly transform?: { readonly key?: Transform<aws.kms.KeyArgs> };
}

/** What is lost with a key is what it encrypts. */
const dataOf: Readonly<Record<KeyClass, DataClass>> = {
  vault: "backups",
  relational: "relational",
  kafka: "events",
  credentials: "credentials",
  cluster: "events",
};

/**
 * KMS keys of one region, one for each class of data, found by alias `alias/{prefix}-{class}`.
 *
 * They are keys of one region: S3 treats a multi-Region key as one of a single region anyway
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html), and a copy that the
 * standby can only read with a key of the dead region is no copy. They outlive the stack: `destroy`
 * forgets them, since a key that is gone makes every backup under it unreadable.
 *
 * @remarks Recovery: every backup and copy stays readable when the other region answers nothing; a
 * deletion by mistake can be taken back for 30 days.
 */
export class AwsKeys extends pulumi.ComponentResource {
  /** ARN by class, of the classes asked for. */
  readonly arns: Readonly<Partial<Record<KeyClass, pulumi.Output<string>>>>;

  constructor(name: string, args: AwsKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:keys:AwsKeys", name, {}, opts);
    const classes = args.classes ?? keyClasses;
    this.arns = Object.fromEntries(
      classes.map((keyClass) => [keyClass, this.key(name, keyClass, args)]),
    );
    this.registerOutputs({ arns: this.arns });
  }

  /** @throws Error when this region was not asked to have a key of that class */
  arnOf(keyClass: KeyClass): pulumi.Output<string> {
    const arn = this.arns[keyClass];
    if (arn === undefined) {
      throw new pulumi.ResourceError(
        `There is no key for ${keyClass} here, only for ${Object.keys(this.arns).join(", ")}. ` +
          `Add "${keyClass}" to classes.`,
        this,
      );
    }
    return arn;
  }

  private key(
    name: string,
    keyClass: KeyClass,
    { region, transform }: AwsKeysArgs,
  ): pulumi.Output<string> {
    const child = { parent: this, provider: region.provider, protect: true };
    const key = new aws.kms.Key(
      `${name}-${keyClass}`,
      transformed(transform?.key, {
        description: `${region.prefix}: ${keyClass}`,
        deletionWindowInDays: 30,
        enableKeyRotation: true,
        multiRegion: false,
        policy: pulumi.output(region.accountId).apply((accountId) =>
          JSON.stringify(
            keyPolicy(keyClass, {
              region: region.name,
              partition: region.partition,
              prefix: region.prefix,
              accountId,
            }),
          ),
        ),
        tags: dataTags(dataOf[keyClass]),
      }),
      { ...child, retainOnDelete: true },
    );
    new aws.kms.Alias(
      `${name}-${keyClass}-alias`,
      { name: `alias/${physicalName(region, keyClass, 250)}`, targetKeyId: key.id },
      { ...child, retainOnDelete: true },
    );
    return key.arn;
  }
}
