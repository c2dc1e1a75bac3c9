import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-monitored",
  severity: "low",
  title: "Database instances report on their system every minute",
  remediation: "Set `monitoringInterval` to 60 or less, with a `monitoringRoleArn`.",
  covers: [
    "CKV_AWS_118",
    "NAG-RDSEnhancedMonitoringEnabled",
    "cfg-rds-enhanced-monitoring-enabled",
    "SH-RDS.6",
  ],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbClusterInstance], (database) => {
    const seconds = database.number("monitoringInterval") ?? 0;
    return failIf(
      seconds === 0,
      `${database.label} has no enhanced monitoring: set monitoringInterval to 60`,
    );
  }),
});
