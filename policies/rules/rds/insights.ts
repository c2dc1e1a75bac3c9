import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-insights",
  severity: "low",
  title: "Database instances keep performance data",
  remediation:
    "Set `performanceInsightsEnabled: true`: after a restore it tells a cold disk from a wrong plan.",
  covers: ["CKV_AWS_353", "AWS-0133", "PCR-aws-rds-enable-performance-insights"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.html",
  config: z.strictObject({}),
  check: each(aws.dbInstance, (database) => {
    return failIf(
      !(database.boolean("performanceInsightsEnabled") ?? false),
      `${database.label} keeps no performance data: set performanceInsightsEnabled to true`,
    );
  }),
});
