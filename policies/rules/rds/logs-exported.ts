import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-logs-exported",
  severity: "medium",
  title: "Logs of databases leave the database",
  remediation:
    'Set `enabledCloudwatchLogsExports`, for PostgreSQL `["postgresql", "upgrade"]`: a lost database takes its logs along.',
  covers: [
    "CKV_AWS_129",
    "CKV_AWS_324",
    "CKV_AWS_325",
    "CKV2_AWS_27",
    "NAG-RDSLoggingEnabled",
    "cfg-rds-logging-enabled",
    "SH-RDS.9",
    "SH-RDS.36",
    "SH-RDS.37",
  ],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) =>
    failIf(
      database.strings("enabledCloudwatchLogsExports").length === 0,
      `logs of ${database.label} are nowhere else: set enabledCloudwatchLogsExports`,
    ),
  ),
});
