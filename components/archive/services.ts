import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";

/** @param region only for its account, when the service shall assume the role on its behalf alone */
export function assumedBy(service: string, region?: AwsRegion): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        ...(region === undefined
          ? {}
          : { Condition: { StringEquals: { "aws:SourceAccount": region.accountId } } }),
      },
    ],
  });
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
