import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import { actingFor, boundary, serviceTrust } from "../aws/iam.ts";
import { logGroupName } from "../keys/policies.ts";
import { partTags } from "./tags.ts";

/** How long connections of the network are on record, or the reason why they are not. */
export type FlowLogs = { readonly retentionDays: number } | { readonly off: string };

/** Who talked to whom: says after an incident whether something else consumed, or took data out. */
export function flowLogsOf(
  name: string,
  region: AwsRegion,
  args: {
    readonly vpcId: pulumi.Input<string>;
    readonly retentionDays: number;
    readonly keyArn: pulumi.Input<string>;
    readonly permissionsBoundaryArn: string | undefined;
  },
  opts: pulumi.CustomResourceOptions,
): aws.ec2.FlowLog {
  const group = new aws.cloudwatch.LogGroup(
    `${name}-flow`,
    {
      name: logGroupName(region.prefix, "network/flow"),
      retentionInDays: args.retentionDays,
      kmsKeyId: args.keyArn,
      tags: partTags(region, "flow"),
    },
    opts,
  );
  const role = new aws.iam.Role(
    `${name}-flow-role`,
    {
      description: `${region.prefix}: writes flow logs of its network`,
      assumeRolePolicy: trust(region),
      tags: partTags(region, "flow"),
      ...boundary(args.permissionsBoundaryArn),
    },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-flow-policy`,
    {
      role: role.name,
      policy: group.arn.apply((arn) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
              Resource: [arn, `${arn}:*`],
            },
            { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
          ],
        }),
      ),
    },
    opts,
  );
  return new aws.ec2.FlowLog(
    `${name}-flow-log`,
    {
      vpcId: args.vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags: partTags(region, "flow"),
    },
    { ...opts, dependsOn: [policy] },
  );
}

/**
 * Only for networks of this account and region.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
 */
function trust(region: AwsRegion): pulumi.Output<string> {
  const { partition, name, accountId } = region;
  return pulumi
    .output(accountId)
    .apply((account) =>
      serviceTrust(
        "vpc-flow-logs.amazonaws.com",
        actingFor(account, `arn:${partition}:ec2:${name}:${account}:vpc-flow-log/*`),
      ),
    );
}
