import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-minor-upgrades",
  severity: "low",
  title: "Database instances take minor upgrades",
  remediation: "Leave `autoMinorVersionUpgrade` on.",
  covers: ["CKV_AWS_226", "SH-RDS.13"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html",
  config: z.strictObject({}),
  check: each(aws.dbInstance, (database) => {
    return failIf(
      !(database.boolean("autoMinorVersionUpgrade") ?? true),
      `${database.label} stays on its minor version: set autoMinorVersionUpgrade to true`,
    );
  }),
});
