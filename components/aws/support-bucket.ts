import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, physicalName, type AwsRegion } from "./context.ts";
import { actingFor } from "./iam.ts";
import { noPublicAccess, refusePlainHttp } from "./s3.ts";
import { transformed, type Transform } from "./transform.ts";

export interface AwsSupportBucketArgs {
  readonly region: AwsRegion;
  /** Days that logs are kept. @default 90 */
  readonly logDays?: number;
  /**
   * Takes the access logs of these buckets of its region, by their names, below a folder for each; nothing else then.
   * @default none: it takes the brokers' logs and the connector's file
   */
  readonly accessLogsOf?: readonly pulumi.Input<string>[];
  readonly transform?: { readonly bucket?: Transform<aws.s3.BucketArgs> };
}

/**
 * A bucket for what a region needs and nobody restores: logs of brokers and the connector's file, or access logs.
 * Encrypted by S3's own key, as the service that delivers logs takes no other without a grant.
 */
export class AwsSupportBucket extends pulumi.ComponentResource {
  /** Resolves only once nobody else can read it. */
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: AwsSupportBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:aws:AwsSupportBucket", name, {}, opts);
    const { region, logDays = 90 } = args;
    const child = { parent: this, provider: region.provider };
    const made = new aws.s3.Bucket(
      `${name}-bucket`,
      transformed(args.transform?.bucket, {
        // Names are shared by all accounts: a random end.
        bucketPrefix: `${physicalName(region, args.accessLogsOf === undefined ? "support" : "access", 36)}-`,
        tags: dataTags("none"),
      }),
      child,
    );
    const { bucket } = made;
    const closed = new aws.s3.BucketPublicAccessBlock(
      `${name}-access`,
      { bucket, ...noPublicAccess },
      child,
    );
    const versions = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      // MSK Connect names its plugin by object version.
      { bucket, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    const policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      {
        bucket,
        policy: pulumi
          .all([made.arn, region.accountId, args.accessLogsOf])
          .apply(([arn, accountId, sources]) =>
            JSON.stringify(policyOf(arn, accountId, region, sources)),
          ),
      },
      { ...child, dependsOn: [closed] },
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      {
        bucket,
        rules: [
          {
            id: "logs",
            status: "Enabled",
            filter: { prefix: args.accessLogsOf === undefined ? "kafka/" : "" },
            expiration: { days: logDays },
            noncurrentVersionExpiration: { noncurrentDays: 1 },
          },
          {
            id: "uploads",
            status: "Enabled",
            filter: { prefix: "" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      { ...child, dependsOn: [versions] },
    );
    this.name = pulumi.all([bucket, policy.urn, versions.urn]).apply(([made]) => made);
    this.registerOutputs({ name: this.name });
  }
}

/** TLS alone, and the service that delivers logs. */
function policyOf(
  arn: string,
  accountId: string,
  region: AwsRegion,
  accessLogsOf: readonly string[] | undefined,
): object {
  return {
    Version: "2012-10-17",
    Statement: [
      refusePlainHttp("TlsOnly", arn),
      ...(accessLogsOf === undefined
        ? brokerLogs(arn, accountId, region)
        : [accessLogs(arn, accountId, region, accessLogsOf)]),
    ],
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html */
function accessLogs(
  arn: string,
  accountId: string,
  region: AwsRegion,
  sources: readonly string[],
): object {
  return {
    Sid: "S3ServerAccessLogs",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: sources.map((name) => `${arn}/${name}/*`),
    Condition: actingFor(
      accountId,
      sources.map((name) => `arn:${region.partition}:s3:::${name}`),
    ),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html */
function brokerLogs(arn: string, accountId: string, region: AwsRegion): object[] {
  const sourceArn = `arn:${region.partition}:logs:${region.name}:${accountId}:*`;
  const allow = (Sid: string, Action: string | readonly string[], Resource: string) => ({
    Sid,
    Effect: "Allow",
    Principal: { Service: "delivery.logs.amazonaws.com" },
    Action,
    Resource,
    Condition: actingFor(accountId, sourceArn),
  });
  return [
    allow("AWSLogDeliveryWrite", "s3:PutObject", `${arn}/kafka/*`),
    allow("AWSLogDeliveryAclCheck", ["s3:GetBucketAcl", "s3:ListBucket"], arn),
  ];
}
