import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-private",
  severity: "critical",
  title: "Databases have no public address",
  remediation:
    "Set `publiclyAccessible: false`, and subnets without a route to an internet gateway.",
  covers: [
    "CKV_AWS_17",
    "AWS-0180",
    "NAG-RDSInstancePublicAccess",
    "NAG-RDS8",
    "cfg-rds-instance-public-access-check",
    "SH-RDS.2",
    "PCR-aws-rds-disallow-public-access",
    "AG-rds-instance-public-access",
  ],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
  config: z.strictObject({}),
  check: each(aws.dbInstance, (database) => {
    return failIf(
      database.boolean("publiclyAccessible") ?? false,
      `${database.label} can be reached from the internet: set publiclyAccessible to false`,
    );
  }),
});
