import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";
import { accountTrust, boundary } from "../aws/iam.ts";

export interface ArchiveRole {
  readonly arn: pulumi.Output<string>;
  /** What a writer waits for. */
  readonly access: aws.iam.RolePolicy;
}

/** The role that a service archives as, with all that it may do. */
export function archiveRole(
  names: { readonly role: string; readonly access: string },
  args: {
    readonly region: AwsRegion;
    /** For example `firehose.amazonaws.com`. */
    readonly service: string;
    readonly policy: pulumi.Output<string>;
    readonly epoch: pulumi.Input<number>;
    /** Line of that epoch, as a tag. @default none: `main` */
    readonly line?: pulumi.Input<string> | undefined;
    /** @default none */
    readonly permissionsBoundaryArn?: string | undefined;
  },
  child: pulumi.CustomResourceOptions,
): ArchiveRole {
  const role = new aws.iam.Role(
    names.role,
    {
      description: "Reads the events topic and writes the archive",
      assumeRolePolicy: accountTrust(args.service, args.region),
      tags: dataTags("none", args.epoch, args.line),
      ...boundary(args.permissionsBoundaryArn),
    },
    child,
  );
  const access = new aws.iam.RolePolicy(
    names.access,
    { role: role.id, policy: args.policy },
    child,
  );
  return { arn: role.arn, access };
}

/** A log group for 90 days under a key of ours. */
export function encryptedLogs(
  name: string,
  args: { readonly name: string; readonly keyArn: pulumi.Input<string> },
  child: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    name,
    { name: args.name, kmsKeyId: args.keyArn, retentionInDays: 90, tags: dataTags("none") },
    child,
  );
}
