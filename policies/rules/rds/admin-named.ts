import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-admin-named",
  severity: "low",
  title: "The administrator of a database has a name of its own",
  remediation: "Set `username` to something else than what everybody tries first.",
  covers: ["SH-RDS.24", "SH-RDS.25"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CreateDBInstance.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) => {
    const path = database.type === aws.dbCluster ? "masterUsername" : "username";
    if (!database.has(path)) return notApplicable("it takes its administrator from elsewhere");
    const known = ["admin", "postgres"].find((name) => name === database.string(path));
    return failIf(
      known !== undefined,
      `the administrator of ${database.label} is named ${String(known)}: set ${path} to a name of its own`,
    );
  }),
});
