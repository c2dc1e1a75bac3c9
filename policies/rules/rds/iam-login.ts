import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-iam-login",
  severity: "low",
  title: "Databases take logins by IAM",
  remediation:
    "Set `iamDatabaseAuthenticationEnabled: true`: a login that expires by itself needs no secret on the day.",
  covers: ["CKV_AWS_161", "CKV_AWS_162", "AWS-0176", "SH-RDS.10", "SH-RDS.12"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) => {
    return failIf(
      !(database.boolean("iamDatabaseAuthenticationEnabled") ?? false),
      `${database.label} takes only passwords: set iamDatabaseAuthenticationEnabled to true`,
    );
  }),
});
