import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "./context.ts";

/**
 * Trust policy of a role that a service of AWS assumes.
 *
 * @param condition when it may. @default always
 */
export function serviceTrust(service: string, condition?: object): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });
}

/** The same, on behalf of this region's account alone. */
export function accountTrust(service: string, { accountId }: AwsRegion): pulumi.Output<string> {
  return pulumi.output(accountId).apply((account) => serviceTrust(service, actingFor(account)));
}

/**
 * A condition on what a service does in our name: for this account, and these of its resources; it could be made
 * to act for somebody else's. https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 *
 * @param sourceArn patterns. @default all of the account
 */
export function actingFor(accountId: string, sourceArn?: string | readonly string[]): object {
  return {
    StringEquals: { "aws:SourceAccount": accountId },
    ...(sourceArn === undefined ? {} : { ArnLike: { "aws:SourceArn": sourceArn } }),
  };
}

/** ARN of a policy that AWS keeps. */
export function managedPolicy(region: AwsRegion, policy: string): string {
  return `arn:${region.partition}:iam::aws:policy/${policy}`;
}

/** Limit that the account sets to all roles, where it sets one. */
export function boundary(arn: string | undefined): Pick<aws.iam.RoleArgs, "permissionsBoundary"> {
  return arn === undefined ? {} : { permissionsBoundary: arn };
}
