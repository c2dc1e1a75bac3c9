import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-snapshot-copies-keyed",
  severity: "medium",
  title: "Copies of snapshots are encrypted with a key of the account",
  remediation: "Set `kmsKeyId` on the copy, for another region one of that region.",
  covers: ["CKV_AWS_146", "CKV_AWS_266", "cfg-rds-snapshot-encrypted", "SH-RDS.4"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html",
  config: z.strictObject({}),
  check: each(aws.dbSnapshotCopy, (copy) =>
    failIf(!copy.has("kmsKeyId"), `${copy.label} has its source's key, or none: set kmsKeyId`),
  ),
});
