/**
 * Ids of published rules about backup, encryption, deletion protection, retention, replication, public access,
 * TLS and logging of what this platform consists of, and of this project's own list (DR). Prefixes:
 * CKV Checkov · AWS Trivy · NAG cdk-nag (AwsSolutions and rule classes) · cfg AWS Config · SH Security Hub ·
 * CT Control Tower · PCR Pulumi compliance-ready · AG AWSGuard · KYV Kyverno.
 */
export const published: Readonly<Record<string, string>> = {
  RDS: `
    CKV_AWS_133 AWS-0077 NAG-RDS13 NAG-RDSInstanceBackupEnabled cfg-db-instance-backup-enabled SH-RDS.11
    PCR-aws-rds-instance-enable-backup-retention PCR-aws-rds-cluster-enable-backup-retention AG-rds-instance-backup-enabled
    PCR-aws-rds-instance-configure-backup-retention SH-RDS.50 CKV_AWS_326 NAG-RDS14 SH-RDS.14
    CKV2_AWS_8 NAG-RDSInBackupPlan cfg-rds-in-backup-plan cfg-rds-resources-protected-by-backup-plan
    cfg-rds-last-backup-recovery-point-created cfg-rds-meets-restore-time-target
    cfg-rds-resources-in-logically-air-gapped-vault SH-RDS.26
    CKV_AWS_16 CKV_AWS_96 CKV_AWS_140 AWS-0079 AWS-0080 NAG-RDS2 NAG-RDSStorageEncrypted cfg-rds-storage-encrypted
    SH-RDS.3 SH-RDS.27 PCR-aws-rds-disallow-unencrypted-storage AG-rds-storage-encrypted
    CKV_AWS_327 PCR-aws-rds-configure-customer-managed-key CKV_AWS_245 CKV_AWS_266 CKV_AWS_246 CKV_AWS_354 AWS-0078
    PCR-aws-rds-disallow-unencrypted-performance-insights
    CKV_AWS_146 CKV_AWS_302 cfg-rds-snapshot-encrypted cfg-rds-snapshots-public-prohibited SH-RDS.4 SH-RDS.1
    CKV2_AWS_69 SH-RDS.38 CKV_AWS_211
    CKV_AWS_293 CKV_AWS_139 AWS-0177 AWS-0343 NAG-RDS10 cfg-rds-instance-deletion-protection-enabled
    cfg-rds-cluster-deletion-protection-enabled SH-RDS.8 SH-RDS.7
    CKV_AWS_157 NAG-RDS3 cfg-rds-multi-az-support cfg-rds-cluster-multi-az-enabled SH-RDS.5 SH-RDS.15
    PCR-aws-rds-cluster-disallow-single-availability-zone AG-rds-instance-multi-az-enabled
    CKV_AWS_17 AWS-0180 NAG-RDSInstancePublicAccess NAG-RDS8 cfg-rds-instance-public-access-check SH-RDS.2 SH-RDS.18
    SH-RDS.46 PCR-aws-rds-disallow-public-access AG-rds-instance-public-access
    CKV_AWS_129 CKV_AWS_324 CKV_AWS_325 CKV2_AWS_27 NAG-RDSLoggingEnabled NAG-RDSEnhancedMonitoringEnabled
    cfg-rds-logging-enabled cfg-rds-enhanced-monitoring-enabled SH-RDS.9 SH-RDS.36 SH-RDS.37 SH-RDS.6
    SH-RDS.19 SH-RDS.20 SH-RDS.21 SH-RDS.22 CKV_AWS_353 CKV_AWS_118 AWS-0133 PCR-aws-rds-enable-performance-insights
    CKV_AWS_313 CKV2_AWS_60 SH-RDS.16 SH-RDS.17 CKV_AWS_226 SH-RDS.13 SH-RDS.35 CKV_AWS_161 CKV_AWS_162 AWS-0176
    SH-RDS.10 SH-RDS.12 NAG-RDS11 SH-RDS.23 SH-RDS.24 SH-RDS.25 CKV_AWS_198 CKV_AWS_250`,
  S3: `
    CKV_AWS_21 AWS-0090 NAG-S3BucketVersioningEnabled cfg-s3-bucket-versioning-enabled SH-S3.14
    CKV_AWS_144 NAG-S3BucketReplicationEnabled cfg-s3-bucket-replication-enabled
    cfg-s3-bucket-cross-region-replication-enabled SH-S3.7 PCR-aws-s3-bucket-enable-replication-configuration
    PCR-aws-s3-bucket-configure-replication-configuration
    CKV_AWS_143 NAG-S3BucketDefaultLockEnabled cfg-s3-bucket-default-lock-enabled SH-S3.15 AWS-0170
    cfg-s3-bucket-mfa-delete-enabled SH-S3.20
    CKV_AWS_19 CKV_AWS_145 CKV_AWS_186 CKV_AWS_181 AWS-0088 AWS-0132 NAG-S3DefaultEncryptionKMS
    cfg-s3-bucket-server-side-encryption-enabled cfg-s3-default-encryption-kms SH-S3.17
    PCR-aws-s3-bucket-enable-server-side-encryption PCR-aws-s3-bucket-enable-server-side-encryption-bucket-key
    PCR-aws-s3-bucket-configure-server-side-encryption-kms
    PCR-aws-s3-bucket-configure-server-side-encryption-customer-managed-key
    CKV_AWS_379 NAG-S10 NAG-S3BucketSSLRequestsOnly cfg-s3-bucket-ssl-requests-only SH-S3.5
    CKV_AWS_53 CKV_AWS_54 CKV_AWS_55 CKV_AWS_56 CKV_AWS_20 CKV_AWS_57 CKV_AWS_70 CKV_AWS_375 CKV_AWS_392
    CKV2_AWS_6 CKV2_AWS_43 CKV2_AWS_65 AWS-0086 AWS-0087 AWS-0091 AWS-0092 AWS-0093 AWS-0094 NAG-S2
    NAG-S3BucketPublicReadProhibited NAG-S3BucketPublicWriteProhibited NAG-S3BucketLevelPublicAccessProhibited
    cfg-s3-bucket-public-read-prohibited cfg-s3-bucket-public-write-prohibited
    cfg-s3-bucket-level-public-access-prohibited cfg-s3-account-level-public-access-blocks
    SH-S3.1 SH-S3.2 SH-S3.3 SH-S3.8 SH-S3.12 SH-S3.19 SH-S3.24 PCR-aws-s3-bucket-disallow-public-read
    CKV_AWS_18 AWS-0089 AWS-0171 AWS-0172 NAG-S1 cfg-s3-bucket-logging-enabled cfg-cloudtrail-s3-dataevents-enabled
    SH-S3.9 SH-S3.22 SH-S3.23 AG-s3-bucket-logging-enabled
    CKV2_AWS_61 CKV_AWS_300 SH-S3.13 CKV_AWS_93 SH-S3.6 CKV2_AWS_62 cfg-s3-resources-protected-by-backup-plan
    cfg-s3-last-backup-recovery-point-created cfg-s3-meets-restore-time-target`,
  MSK: `
    CKV_AWS_81 AWS-0179 AWS-0073 NAG-MSK2 NAG-MSK3 cfg-msk-in-cluster-node-require-tls SH-MSK.1 CT.MSK.PR.1
    CKV_AWS_80 AWS-0074 NAG-MSK6 SH-MSK.2
    CKV_AWS_291 CT.MSK.PR.2 cfg-msk-unrestricted-access-check SH-MSK.4 SH-MSK.6 SH-MSK.3 SH-MSK.5`,
  Firehose: `
    CKV_AWS_240 CKV_AWS_241 NAG-KDF1 SH-DataFirehose.1 cfg-kinesis-firehose-delivery-stream-encrypted`,
  Kinesis: `
    CKV_AWS_43 CKV_AWS_185 AWS-0064 NAG-KDS1 NAG-KDS3 cfg-kinesis-stream-backup-retention-check
    cfg-kinesis-stream-encrypted SH-Kinesis.1 SH-Kinesis.3`,
  KMS: `
    CKV_AWS_7 AWS-0065 NAG-KMS5 cfg-cmk-backing-key-rotation-enabled PCR-aws-kms-key-enable-key-rotation
    AG-cmk-backing-key-rotation-enabled CKV_AWS_33 CKV_AWS_227 CKV2_AWS_64 cfg-kms-cmk-not-scheduled-for-deletion
    PCR-aws-kms-key-disallow-bypass-policy-lockout-safety-check SH-KMS.4 SH-KMS.5`,
  "Secrets Manager": `
    CKV_AWS_149 CKV_AWS_304 NAG-SMG4 cfg-secretsmanager-rotation-enabled-check cfg-secretsmanager-using-cmk
    PCR-aws-secretsmanager-secret-configure-customer-managed-key AWS-0098 CKV2_AWS_57
    cfg-secretsmanager-secret-periodic-rotation SH-SecretsManager.1 SH-SecretsManager.4`,
  "AWS Backup": `
    CKV_AWS_166 cfg-backup-plan-min-frequency-and-min-retention-check cfg-backup-recovery-point-encrypted SH-Backup.1
    cfg-backup-recovery-point-manual-deletion-disabled cfg-backup-recovery-point-minimum-retention-check
    CKV2_AWS_9 CKV2_AWS_18 cfg-ebs-in-backup-plan cfg-efs-in-backup-plan cfg-ebs-resources-protected-by-backup-plan
    cfg-efs-resources-protected-by-backup-plan SH-EC2.28 SH-EFS.2`,
  EKS: `
    CKV_AWS_37 CKV_AWS_38 CKV_AWS_39 CKV_AWS_58 CKV_AWS_100 CKV_AWS_339 AWS-0038 AWS-0039 AWS-0040 AWS-0041
    NAG-EKS1 NAG-EKS2 cfg-eks-endpoint-no-public-access cfg-eks-secrets-encrypted
    PCR-aws-eks-cluster-enable-cluster-encryption-config PCR-aws-eks-cluster-disallow-api-endpoint-public-access
    SH-EKS.1 SH-EKS.2 SH-EKS.3 SH-EKS.8 cfg-eks-cluster-log-enabled cfg-eks-cluster-logging-enabled
    cfg-eks-cluster-secrets-encrypted cfg-eks-cluster-oldest-supported-version cfg-eks-cluster-supported-version`,
  Kubernetes: `
    KYV-disallow-capabilities KYV-disallow-host-namespaces KYV-disallow-host-path KYV-disallow-host-ports
    KYV-disallow-host-ports-range KYV-disallow-host-process KYV-disallow-privileged-containers KYV-disallow-proc-mount
    KYV-disallow-selinux KYV-restrict-apparmor-profiles KYV-restrict-seccomp KYV-restrict-sysctls
    KYV-disallow-capabilities-strict KYV-disallow-privilege-escalation KYV-require-run-as-nonroot
    KYV-require-run-as-non-root-user KYV-restrict-seccomp-strict KYV-restrict-volume-types
    CKV_K8S_1 CKV_K8S_2 CKV_K8S_3 CKV_K8S_4 CKV_K8S_5 CKV_K8S_6 CKV_K8S_8 CKV_K8S_9 CKV_K8S_10 CKV_K8S_11 CKV_K8S_12
    CKV_K8S_13 CKV_K8S_14 CKV_K8S_16 CKV_K8S_17 CKV_K8S_18 CKV_K8S_19 CKV_K8S_20 CKV_K8S_21 CKV_K8S_22 CKV_K8S_25
    CKV_K8S_28 CKV_K8S_31 CKV_K8S_35 CKV_K8S_37 CKV_K8S_38 CKV_K8S_40 CKV_K8S_43
    CKV_K8S_23 CKV_K8S_26 CKV_K8S_27 CKV_K8S_39 CKV2_K8S_6 CKV_AWS_3 SH-EC2.3 cfg-encrypted-volumes
    KYV-disallow-default-namespace KYV-disallow-latest-tag KYV-require-image-checksum KYV-require-netpol
    KYV-require-pod-requests-limits
    KYV-require-pdb KYV-require-reasonable-pdbs KYV-pdb-minavailable KYV-pdb-maxunavailable
    KYV-require-replicas-allow-disruption KYV-spread-pods-across-topology KYV-topologyspreadconstraints-policy
    KYV-require-storageclass KYV-restrict-storageclass KYV-require-probes KYV-block-updates-deletes
    PCR-kubernetes-apps-v1-statefulset-configure-recommended-labels
    PCR-kubernetes-apps-v1-statefulset-enable-read-only-root-filesystem
    PCR-kubernetes-apps-v1-deployment-enable-read-only-root-filesystem
    PCR-kubernetes-policy-v1-poddisruptionbudget-disallow-zero-voluntary-disruption
    PCR-kubernetes-apps-v1-deployment-configure-minimum-replica-count
    KYV-backup-all-volumes KYV-block-velero-restore KYV-validate-cron-schedule KYV-k10-3-2-1-backup KYV-k10-hourly-rpo
    KYV-k10-minimum-retention KYV-k10-immutable-location-profile KYV-k10-data-protection-by-label`,
  "Disaster recovery": Array.from(
    { length: 26 },
    (_, i) => `DR-${String(i + 1).padStart(2, "0")}`,
  ).join(" "),
};

/** Every published id, in the order of the table. */
export function publishedIds(): { readonly area: string; readonly id: string }[] {
  return Object.entries(published).flatMap(([area, ids]) =>
    ids
      .trim()
      .split(/\s+/)
      .map((id) => ({ area, id })),
  );
}
