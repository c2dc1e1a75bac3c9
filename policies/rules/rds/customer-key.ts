import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-customer-key",
  severity: "medium",
  title: "Encrypted databases use a key of the account, not the one of the service",
  remediation:
    "Set `kmsKeyId`: snapshots under the service's own key can be copied to no other account, and to no other region.",
  covers: ["CKV_AWS_327", "PCR-aws-rds-configure-customer-managed-key"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) => {
    if (database.has("replicateSourceDb"))
      return notApplicable("a read replica has its source's key");
    if (["restoreToPointInTime", "snapshotIdentifier"].some((source) => database.has(source))) {
      return notApplicable("a restored database has the key of its backup");
    }
    if (!(database.boolean("storageEncrypted") ?? false)) {
      return notApplicable("it is not encrypted: rds-encrypted says so");
    }
    return failIf(
      !database.has("kmsKeyId"),
      `${database.label} is encrypted with the service's key: set kmsKeyId to one of your own`,
    );
  }),
});
