import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-backups-kept",
  severity: "high",
  title: "Databases keep automated backups long enough",
  remediation:
    "Set `backupRetentionPeriod` to the days that one must be able to go back; 0 turns backups and point-in-time restore off.",
  covers: [
    "CKV_AWS_133",
    "AWS-0077",
    "NAG-RDS13",
    "NAG-RDSInstanceBackupEnabled",
    "cfg-db-instance-backup-enabled",
    "SH-RDS.11",
    "SH-RDS.50",
    "PCR-aws-rds-instance-enable-backup-retention",
    "PCR-aws-rds-cluster-enable-backup-retention",
    "PCR-aws-rds-instance-configure-backup-retention",
    "AG-rds-instance-backup-enabled",
  ],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
  config: z.strictObject({
    minimumDays: z.int().min(1).max(35).default(7).describe("Least retention, in days"),
  }),
  check: each([aws.dbInstance, aws.dbCluster], (database, { config }) => {
    if (database.has("replicateSourceDb"))
      return notApplicable("a read replica has no own backups");
    // A cluster keeps one day when nothing is set, an instance none.
    const usual = database.type === aws.dbCluster ? 1 : 0;
    const days = database.number("backupRetentionPeriod") ?? usual;
    return failIf(
      days < config.minimumDays,
      `${database.label} keeps backups for ${days} days, ${config.minimumDays} are wanted: ` +
        `set backupRetentionPeriod to ${config.minimumDays} or more`,
    );
  }),
});
