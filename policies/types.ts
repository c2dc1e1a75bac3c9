/**
 * Type tokens that rules look at: what a resource's URN carries. A test holds them against the classes
 * of `@pulumi/aws` and `@pulumi/kubernetes`; the pack itself imports neither, so it starts quickly.
 */
export const aws = {
  provider: "pulumi:providers:aws",
  bucket: "aws:s3/bucket:Bucket",
  bucketVersioning: "aws:s3/bucketVersioning:BucketVersioning",
  bucketReplication: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  bucketLock: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  bucketEncryption:
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  bucketPublicAccess: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  bucketLifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  bucketLogging: "aws:s3/bucketLogging:BucketLogging",
  bucketAcl: "aws:s3/bucketAcl:BucketAcl",
  bucketOwnership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  bucketNotification: "aws:s3/bucketNotification:BucketNotification",
  accountPublicAccess: "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
  accessPoint: "aws:s3/accessPoint:AccessPoint",
  multiRegionAccessPoint: "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
  dbInstance: "aws:rds/instance:Instance",
  dbCluster: "aws:rds/cluster:Cluster",
  dbClusterInstance: "aws:rds/clusterInstance:ClusterInstance",
  dbParameterGroup: "aws:rds/parameterGroup:ParameterGroup",
  dbClusterParameterGroup: "aws:rds/clusterParameterGroup:ClusterParameterGroup",
  dbBackupReplication:
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
  dbSnapshot: "aws:rds/snapshot:Snapshot",
  dbClusterSnapshot: "aws:rds/clusterSnapshot:ClusterSnapshot",
  dbSnapshotCopy: "aws:rds/snapshotCopy:SnapshotCopy",
  dbEventSubscription: "aws:rds/eventSubscription:EventSubscription",
  dbOptionGroup: "aws:rds/optionGroup:OptionGroup",
  mskCluster: "aws:msk/cluster:Cluster",
  mskServerless: "aws:msk/serverlessCluster:ServerlessCluster",
  mskConfiguration: "aws:msk/configuration:Configuration",
  mskScram: "aws:msk/scramSecretAssociation:ScramSecretAssociation",
  mskPolicy: "aws:msk/clusterPolicy:ClusterPolicy",
  mskReplicator: "aws:msk/replicator:Replicator",
  connector: "aws:mskconnect/connector:Connector",
  firehose: "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
  kinesis: "aws:kinesis/stream:Stream",
  kmsKey: "aws:kms/key:Key",
  kmsReplica: "aws:kms/replicaKey:ReplicaKey",
  kmsKeyPolicy: "aws:kms/keyPolicy:KeyPolicy",
  secret: "aws:secretsmanager/secret:Secret",
  secretRotation: "aws:secretsmanager/secretRotation:SecretRotation",
  secretPolicy: "aws:secretsmanager/secretPolicy:SecretPolicy",
  backupVault: "aws:backup/vault:Vault",
  backupVaultLock: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  backupVaultPolicy: "aws:backup/vaultPolicy:VaultPolicy",
  backupAirGapped: "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault",
  backupPlan: "aws:backup/plan:Plan",
  backupSelection: "aws:backup/selection:Selection",
  restoreTestingPlan: "aws:backup/restoreTestingPlan:RestoreTestingPlan",
  restoreTestingSelection: "aws:backup/restoreTestingSelection:RestoreTestingSelection",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  compositeAlarm: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  eksCluster: "aws:eks/cluster:Cluster",
  eksNodeGroup: "aws:eks/nodeGroup:NodeGroup",
  cloudTrail: "aws:cloudtrail/trail:Trail",
  securityGroup: "aws:ec2/securityGroup:SecurityGroup",
} as const;

export const kubernetes = {
  provider: "pulumi:providers:kubernetes",
  statefulSet: "kubernetes:apps/v1:StatefulSet",
  deployment: "kubernetes:apps/v1:Deployment",
  daemonSet: "kubernetes:apps/v1:DaemonSet",
  replicaSet: "kubernetes:apps/v1:ReplicaSet",
  pod: "kubernetes:core/v1:Pod",
  job: "kubernetes:batch/v1:Job",
  cronJob: "kubernetes:batch/v1:CronJob",
  configMap: "kubernetes:core/v1:ConfigMap",
  volumeClaim: "kubernetes:core/v1:PersistentVolumeClaim",
  volume: "kubernetes:core/v1:PersistentVolume",
  storageClass: "kubernetes:storage.k8s.io/v1:StorageClass",
  disruptionBudget: "kubernetes:policy/v1:PodDisruptionBudget",
  namespace: "kubernetes:core/v1:Namespace",
  service: "kubernetes:core/v1:Service",
  secret: "kubernetes:core/v1:Secret",
  serviceAccount: "kubernetes:core/v1:ServiceAccount",
} as const;

/** Tokens that no class of the two packages stands behind, in the versions that are pinned here. */
export const custom = {
  /** In later versions of `@pulumi/aws`. */
  mskTopic: "aws:msk/topic:Topic",
  /** https://github.com/Altinity/clickhouse-operator, API group and kind of its main resource. */
  clickHouseInstallation: "kubernetes:clickhouse.altinity.com/v1:ClickHouseInstallation",
  stackReference: "pulumi:pulumi:StackReference",
  stack: "pulumi:pulumi:Stack",
  /** https://www.pulumi.com/registry/packages/kafka/ */
  kafkaTopic: "kafka:index/topic:Topic",
} as const;

/** Older tokens of the same resource (AWS provider v6), by the token that rules use. */
const older: Readonly<Record<string, string>> = {
  "aws:s3/bucketV2:BucketV2": aws.bucket,
  "aws:s3/bucketVersioningV2:BucketVersioningV2": aws.bucketVersioning,
  "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2": aws.bucketLock,
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2":
    aws.bucketEncryption,
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": aws.bucketLifecycle,
  "aws:s3/bucketLoggingV2:BucketLoggingV2": aws.bucketLogging,
  "aws:s3/bucketAclV2:BucketAclV2": aws.bucketAcl,
};

/** The token that rules know a resource by. */
export function canonicalType(token: string): string {
  return older[token] ?? token;
}
