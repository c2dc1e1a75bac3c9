import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-snapshots-private",
  severity: "critical",
  title: "Snapshots are shared with nobody in particular",
  remediation: "Take `all` out of `sharedAccounts`: everybody could restore the snapshot.",
  covers: ["CKV_AWS_302", "cfg-rds-snapshots-public-prohibited", "SH-RDS.1"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
  config: z.strictObject({}),
  check: each([aws.dbSnapshot, aws.dbClusterSnapshot, aws.dbSnapshotCopy], (snapshot) =>
    failIf(
      snapshot.strings("sharedAccounts").includes("all"),
      `everybody can restore ${snapshot.label}: take "all" out of sharedAccounts`,
    ),
  ),
});
