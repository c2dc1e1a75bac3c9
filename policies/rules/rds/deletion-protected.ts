import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-deletion-protected",
  severity: "high",
  title: "Databases refuse to be deleted",
  remediation: "Set `deletionProtection: true`: a deletion then takes two changes.",
  covers: [
    "CKV_AWS_293",
    "CKV_AWS_139",
    "AWS-0177",
    "AWS-0343",
    "NAG-RDS10",
    "cfg-rds-instance-deletion-protection-enabled",
    "cfg-rds-cluster-deletion-protection-enabled",
    "SH-RDS.8",
    "SH-RDS.7",
  ],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) => {
    return failIf(
      !(database.boolean("deletionProtection") ?? false),
      `${database.label} can be deleted in one step: set deletionProtection to true`,
    );
  }),
});
