import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-encrypted",
  severity: "high",
  title: "Databases are encrypted at rest",
  remediation:
    "Set `storageEncrypted: true` when the database is made: a change replaces it, so restore a snapshot into an encrypted one.",
  covers: [
    "CKV_AWS_16",
    "CKV_AWS_96",
    "AWS-0079",
    "AWS-0080",
    "NAG-RDS2",
    "NAG-RDSStorageEncrypted",
    "cfg-rds-storage-encrypted",
    "SH-RDS.3",
    "SH-RDS.27",
    "PCR-aws-rds-disallow-unencrypted-storage",
    "AG-rds-storage-encrypted",
  ],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) => {
    if (database.has("replicateSourceDb"))
      return notApplicable("a read replica is encrypted as its source is");
    return failIf(
      !(database.boolean("storageEncrypted") ?? false),
      `${database.label} is not encrypted: set storageEncrypted to true`,
    );
  }),
});
