/** Published rules that no rule of this pack answers, and why. */
export const notOurs: Readonly<Record<string, string>> = {
  ...because("Aurora MySQL only; a backtrack is no backup, and this platform's database is PostgreSQL", [
    "CKV_AWS_326",
    "NAG-RDS14",
    "SH-RDS.14",
  ]),
  ...because("looks at what AWS Backup did, not at what a program declares: `npm run dr -- status` judges the age of the last proof", [
    "cfg-rds-last-backup-recovery-point-created",
    "cfg-s3-last-backup-recovery-point-created",
    "cfg-rds-meets-restore-time-target",
    "cfg-s3-meets-restore-time-target",
  ]),
  ...because("membership of a recovery point, not of a resource: dr-copies-leave-account asks for air-gapped vaults", [
    "cfg-rds-resources-in-logically-air-gapped-vault",
  ]),
  ...because("buckets are copied and locked by S3 itself (dr-bucket-replicated, dr-objects-locked)", [
    "cfg-s3-resources-protected-by-backup-plan",
  ]),
  CKV_AWS_140: "global Aurora clusters: their regional clusters are asked (rds-encrypted)",
  CKV_AWS_246: "activity streams of Aurora: no part of a recovery",
  "SH-RDS.18": "EC2-Classic is gone: every database is in a VPC",
  CKV_AWS_198: "security groups of EC2-Classic, which is gone",
  "SH-RDS.46": "needs routes of subnets, which are mostly another stack's; rds-private asks for no public address",
  "SH-RDS.35": "`autoMinorVersionUpgrade` is a setting of a cluster's members: rds-minor-upgrades",
  ...because("another port hides nothing, and every client of a recovery would have to know it", [
    "NAG-RDS11",
    "SH-RDS.23",
  ]),
  ...because("MFA delete can be turned on by the root user alone, by hand; dr-objects-locked keeps objects from everybody", [
    "AWS-0170",
    "cfg-s3-bucket-mfa-delete-enabled",
    "SH-S3.20",
  ]),
  ...because("keys of single objects: this platform writes none by Pulumi, the bucket's key counts (s3-encrypted-with-own-key)", [
    "CKV_AWS_186",
    "CKV_AWS_181",
  ]),
  "cfg-kms-cmk-not-scheduled-for-deletion":
    "what somebody did outside the program; dr-key-deletion-slow leaves time to see it, dr-protected keeps Pulumi from it",
  ...because("PodSecurityPolicy is gone since Kubernetes 1.25; the workloads rules ask the same of the pods", [
    "CKV_K8S_1",
    "CKV_K8S_2",
    "CKV_K8S_3",
    "CKV_K8S_4",
    "CKV_K8S_5",
    "CKV_K8S_6",
  ]),
  "KYV-block-updates-deletes": "a lock within the cluster; dr-protected asks the same of Pulumi",
  ...because("settings of Velero, which this platform does not use: stores are backed up by their own means (dr-clickhouse-backups, dr-ensemble-snapshots)", [
    "KYV-backup-all-volumes",
    "KYV-block-velero-restore",
  ]),
  ...because("settings of Kasten K10, which this platform does not use: dr-clickhouse-backups, dr-objects-locked and dr-copies-leave-account ask it of the stores", [
    "KYV-k10-3-2-1-backup",
    "KYV-k10-hourly-rpo",
    "KYV-k10-minimum-retention",
    "KYV-k10-immutable-location-profile",
    "KYV-k10-data-protection-by-label",
  ]),
  CKV2_AWS_62: "a notification for every object tells nothing about recovery; dr-alarms watches replication",
};

/** Areas whose rules are not written yet. */
export const pending: readonly string[] = [];

function because(reason: string, ids: readonly string[]): Record<string, string> {
  return Object.fromEntries(ids.map((id) => [id, reason]));
}
