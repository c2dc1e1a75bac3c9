import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-insights-key",
  severity: "low",
  title: "Performance data is encrypted with a key of the account",
  remediation:
    "Set `performanceInsightsKmsKeyId` when insights are turned on for the first time: it cannot be changed later.",
  covers: ["CKV_AWS_354", "AWS-0078", "PCR-aws-rds-disallow-unencrypted-performance-insights"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.access-control.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbClusterInstance], (database) => {
    if (database.boolean("performanceInsightsEnabled") !== true)
      return notApplicable("it keeps no performance data");
    return failIf(
      !database.has("performanceInsightsKmsKeyId"),
      `performance data of ${database.label} is under the service's key: set performanceInsightsKmsKeyId`,
    );
  }),
});
