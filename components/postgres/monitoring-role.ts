import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../aws/context.ts";
import { accountTrust, managedPolicy } from "../aws/iam.ts";

/**
 * What RDS sends enhanced monitoring as. A component of its own: a standby makes it long before the
 * day, because IAM answers from one region alone.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
 */
export class RdsMonitoringRole extends pulumi.ComponentResource {
  /** Resolves only once the role has its rights. */
  readonly arn: pulumi.Output<string>;

  constructor(
    name: string,
    { region }: { readonly region: AwsRegion },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("recover:postgres:RdsMonitoringRole", name, {}, opts);
    const child = { parent: this, provider: region.provider };
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        description: "Enhanced monitoring of RDS",
        assumeRolePolicy: accountTrust("monitoring.rds.amazonaws.com", region),
        tags: dataTags("none"),
      },
      child,
    );
    const rights = new aws.iam.RolePolicyAttachment(
      `${name}-rights`,
      {
        role: role.name,
        policyArn: managedPolicy(region, "service-role/AmazonRDSEnhancedMonitoringRole"),
      },
      child,
    );
    this.arn = pulumi.all([role.arn, rights.urn]).apply(([arn]) => arn);
    this.registerOutputs({ arn: this.arn });
  }
}
