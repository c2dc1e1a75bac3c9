import {
  alarm,
  connect,
  ec2,
  eks,
  firehose,
  iam,
  kafka,
  kms,
  lambda,
  logs,
  rds,
  s3,
  scaling,
  secret,
  sns,
  subscription,
  words,
  type Row,
} from "./rows.ts";

/**
 * By type of resource, as the stacks' programs ask for it. Stateful things have no action that deletes them: an `up` never
 * does, and `npm run teardown` says what `destroy` would need.
 */
export const table: Readonly<Record<string, Row>> = {
  "aws:appautoscaling/policy:Policy": scaling(
    `PutScalingPolicy DescribeScalingPolicies DeleteScalingPolicy`,
  ),
  "aws:appautoscaling/target:Target":
    scaling(`RegisterScalableTarget DescribeScalableTargets DeregisterScalableTarget TagResource
    ListTagsForResource`),
  "aws:cloudwatch/logGroup:LogGroup":
    logs(`CreateLogGroup DescribeLogGroups PutRetentionPolicy AssociateKmsKey TagResource
    UntagResource ListTagsForResource`),
  "aws:cloudwatch/logStream:LogStream": logs(`CreateLogStream DescribeLogStreams`),
  "aws:cloudwatch/metricAlarm:MetricAlarm":
    alarm(`PutMetricAlarm DescribeAlarms DeleteAlarms TagResource UntagResource
    ListTagsForResource`),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
    ec2(`DescribeSecurityGroups RevokeSecurityGroupIngress RevokeSecurityGroupEgress
    CreateTags`),
  "aws:ec2/eip:Eip":
    ec2(`AllocateAddress DescribeAddresses DescribeAddressesAttribute ReleaseAddress
    CreateTags DeleteTags`),
  "aws:ec2/flowLog:FlowLog": {
    actions: words(`ec2:CreateFlowLogs ec2:DescribeFlowLogs ec2:DeleteFlowLogs ec2:CreateTags
      logs:CreateLogDelivery logs:DeleteLogDelivery`),
    scope: "region",
    reference: "amazonec2",
  },
  "aws:ec2/internetGateway:InternetGateway":
    ec2(`CreateInternetGateway AttachInternetGateway DescribeInternetGateways CreateTags
    DeleteTags`),
  "aws:ec2/launchTemplate:LaunchTemplate":
    ec2(`CreateLaunchTemplate CreateLaunchTemplateVersion ModifyLaunchTemplate
    DescribeLaunchTemplates DescribeLaunchTemplateVersions CreateTags RunInstances`),
  "aws:ec2/natGateway:NatGateway": ec2(
    `CreateNatGateway DescribeNatGateways DeleteNatGateway CreateTags DeleteTags`,
  ),
  "aws:ec2/route:Route": ec2(`CreateRoute ReplaceRoute DeleteRoute DescribeRouteTables`),
  "aws:ec2/routeTable:RouteTable": ec2(
    `CreateRouteTable DescribeRouteTables DeleteRouteTable CreateTags DeleteTags`,
  ),
  "aws:ec2/routeTableAssociation:RouteTableAssociation":
    ec2(`AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation
    DescribeRouteTables`),
  "aws:ec2/securityGroup:SecurityGroup":
    ec2(`CreateSecurityGroup DescribeSecurityGroups DescribeNetworkInterfaces
    AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress
    RevokeSecurityGroupIngress RevokeSecurityGroupEgress DeleteSecurityGroup CreateTags
    DeleteTags`),
  "aws:ec2/subnet:Subnet": ec2(
    `CreateSubnet DescribeSubnets ModifySubnetAttribute CreateTags DeleteTags`,
  ),
  "aws:ec2/vpc:Vpc":
    ec2(`CreateVpc DescribeVpcs DescribeVpcAttribute ModifyVpcAttribute DescribeNetworkAcls
    DescribeRouteTables DescribeSecurityGroups CreateTags DeleteTags`),
  "aws:ec2/vpcEndpoint:VpcEndpoint":
    ec2(`CreateVpcEndpoint ModifyVpcEndpoint DescribeVpcEndpoints DescribePrefixLists
    DeleteVpcEndpoints CreateTags DeleteTags`),
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
    actions: words(`ecr:CreatePullThroughCacheRule ecr:DescribePullThroughCacheRules
      ecr:UpdatePullThroughCacheRule ecr:DeletePullThroughCacheRule
      secretsmanager:DescribeSecret`),
    scope: "region",
    reference: "amazonelasticcontainerregistry",
  },
  "aws:eks/accessEntry:AccessEntry": eks(
    "access-entry",
    `CreateAccessEntry DescribeAccessEntry UpdateAccessEntry DeleteAccessEntry
    TagResource`,
  ),
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": eks(
    "access-entry",
    `AssociateAccessPolicy ListAssociatedAccessPolicies DisassociateAccessPolicy`,
  ),
  "aws:eks/addon:Addon": eks(
    "addon",
    `CreateAddon DescribeAddon UpdateAddon DeleteAddon TagResource`,
  ),
  "aws:eks/cluster:Cluster": eks(
    "cluster",
    `CreateCluster DescribeCluster UpdateClusterConfig UpdateClusterVersion
    DescribeUpdate AssociateEncryptionConfig TagResource UntagResource`,
  ),
  "aws:eks/nodeGroup:NodeGroup": eks(
    "nodegroup",
    `CreateNodegroup DescribeNodegroup UpdateNodegroupConfig UpdateNodegroupVersion
    DeleteNodegroup DescribeUpdate TagResource`,
  ),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": eks(
    "podidentityassociation",
    `CreatePodIdentityAssociation DescribePodIdentityAssociation
    UpdatePodIdentityAssociation DeletePodIdentityAssociation TagResource`,
  ),
  "aws:iam/role:Role":
    iam(`CreateRole GetRole UpdateRole UpdateAssumeRolePolicy DeleteRole ListRolePolicies
    ListAttachedRolePolicies ListInstanceProfilesForRole PutRolePermissionsBoundary
    TagRole UntagRole`),
  "aws:iam/rolePolicy:RolePolicy": iam(`PutRolePolicy GetRolePolicy DeleteRolePolicy`),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": iam(
    `AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies`,
  ),
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream":
    firehose(`CreateDeliveryStream DescribeDeliveryStream UpdateDestination
    StartDeliveryStreamEncryption DeleteDeliveryStream TagDeliveryStream
    UntagDeliveryStream ListTagsForDeliveryStream`),
  "aws:kms/alias:Alias": kms(`CreateAlias UpdateAlias ListAliases`),
  // Grants: what the services that encrypt under the keys ask for in the name of whoever makes them.
  "aws:kms/key:Key": kms(`CreateKey DescribeKey GetKeyPolicy PutKeyPolicy EnableKeyRotation
    GetKeyRotationStatus ListResourceTags TagResource UntagResource UpdateKeyDescription
    CreateGrant Decrypt GenerateDataKey`),
  "aws:lambda/function:Function":
    lambda(`CreateFunction GetFunction GetFunctionCodeSigningConfig ListVersionsByFunction
    UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction TagResource ListTags`),
  "aws:msk/cluster:Cluster": {
    actions: words(`kafka:CreateCluster kafka:CreateClusterV2 kafka:DescribeCluster
      kafka:DescribeClusterV2 kafka:DescribeClusterOperation kafka:GetBootstrapBrokers
      kafka:UpdateBrokerStorage kafka:UpdateBrokerType kafka:UpdateClusterConfiguration
      kafka:UpdateConnectivity kafka:UpdateMonitoring kafka:UpdateSecurity
      kafka:TagResource kafka:UntagResource kafka:ListTagsForResource ec2:DescribeSubnets
      ec2:DescribeVpcs ec2:DescribeSecurityGroups ec2:CreateNetworkInterface
      ec2:DescribeNetworkInterfaces logs:CreateLogDelivery logs:GetLogDelivery
      logs:UpdateLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy
      logs:DescribeResourcePolicies s3:GetBucketPolicy s3:PutBucketPolicy`),
    scope: "region",
    reference: "amazonmanagedstreamingforapachekafka",
  },
  "aws:msk/clusterPolicy:ClusterPolicy": kafka(
    `PutClusterPolicy GetClusterPolicy DeleteClusterPolicy`,
  ),
  "aws:msk/configuration:Configuration":
    kafka(`CreateConfiguration DescribeConfiguration DescribeConfigurationRevision
    UpdateConfiguration`),
  "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation": kafka(
    `BatchAssociateScramSecret BatchDisassociateScramSecret ListScramSecrets`,
  ),
  "aws:mskconnect/connector:Connector": {
    actions: words(`kafkaconnect:CreateConnector kafkaconnect:DescribeConnector
      kafkaconnect:UpdateConnector kafkaconnect:DeleteConnector
      kafkaconnect:DescribeConnectorOperation kafkaconnect:TagResource
      kafkaconnect:ListTagsForResource ec2:CreateNetworkInterface ec2:DescribeSubnets
      ec2:DescribeSecurityGroups ec2:DescribeVpcs logs:CreateLogDelivery
      logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy
      logs:DescribeResourcePolicies logs:DescribeLogGroups`),
    scope: "region",
    reference: "amazonmanagedstreamingforkafkaconnect",
  },
  "aws:mskconnect/customPlugin:CustomPlugin":
    connect(`CreateCustomPlugin DescribeCustomPlugin DeleteCustomPlugin TagResource
    ListTagsForResource`),
  "aws:mskconnect/workerConfiguration:WorkerConfiguration":
    connect(`CreateWorkerConfiguration DescribeWorkerConfiguration DeleteWorkerConfiguration
    TagResource ListTagsForResource`),
  // RDS makes the master password's secret in the name of whoever makes the instance.
  "aws:rds/instance:Instance": {
    actions: words(`rds:CreateDBInstance rds:RestoreDBInstanceToPointInTime
      rds:RestoreDBInstanceFromDBSnapshot rds:DescribeDBInstances rds:ModifyDBInstance
      rds:RebootDBInstance rds:AddTagsToResource rds:RemoveTagsFromResource
      rds:ListTagsForResource secretsmanager:CreateSecret secretsmanager:TagResource
      secretsmanager:GetSecretValue`),
    scope: "region",
    reference: "amazonrds",
  },
  "aws:rds/eventSubscription:EventSubscription":
    rds(`CreateEventSubscription DescribeEventSubscriptions ModifyEventSubscription
    DeleteEventSubscription AddTagsToResource ListTagsForResource`),
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication":
    rds(`StartDBInstanceAutomatedBackupsReplication StopDBInstanceAutomatedBackupsReplication
    DescribeDBInstanceAutomatedBackups DescribeDBInstances`),
  "aws:rds/parameterGroup:ParameterGroup":
    rds(`CreateDBParameterGroup DescribeDBParameterGroups DescribeDBParameters
    ModifyDBParameterGroup ResetDBParameterGroup DeleteDBParameterGroup
    AddTagsToResource ListTagsForResource`),
  "aws:rds/subnetGroup:SubnetGroup":
    rds(`CreateDBSubnetGroup DescribeDBSubnetGroups ModifyDBSubnetGroup DeleteDBSubnetGroup
    AddTagsToResource ListTagsForResource`),
  // The provider reads every part of a bucket, whoever set it.
  "aws:s3/bucket:Bucket":
    s3(`CreateBucket ListBucket GetBucketLocation GetBucketTagging PutBucketTagging
    GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning
    GetAccelerateConfiguration GetBucketRequestPayment GetBucketLogging
    GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration
    GetBucketObjectLockConfiguration GetBucketPolicy PutBucketObjectLockConfiguration`),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": s3(
    `GetLifecycleConfiguration PutLifecycleConfiguration`,
  ),
  "aws:s3/bucketLogging:BucketLogging": s3(`GetBucketLogging PutBucketLogging`),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": s3(
    `GetBucketObjectLockConfiguration PutBucketObjectLockConfiguration`,
  ),
  "aws:s3/bucketObjectv2:BucketObjectv2":
    s3(`PutObject GetObject GetObjectVersion GetObjectTagging PutObjectTagging
    GetObjectAttributes DeleteObject`),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": s3(
    `GetBucketOwnershipControls PutBucketOwnershipControls`,
  ),
  "aws:s3/bucketPolicy:BucketPolicy": s3(`GetBucketPolicy PutBucketPolicy`),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": s3(
    `GetBucketPublicAccessBlock PutBucketPublicAccessBlock`,
  ),
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": s3(
    `GetReplicationConfiguration PutReplicationConfiguration`,
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": s3(
    `GetEncryptionConfiguration PutEncryptionConfiguration`,
  ),
  "aws:s3/bucketVersioning:BucketVersioning": s3(`GetBucketVersioning PutBucketVersioning`),
  "aws:secretsmanager/secret:Secret":
    secret(`CreateSecret DescribeSecret UpdateSecret GetResourcePolicy DeleteSecret TagResource
    UntagResource`),
  "aws:secretsmanager/secretVersion:SecretVersion": secret(
    `PutSecretValue GetSecretValue DescribeSecret UpdateSecretVersionStage`,
  ),
  "aws:sns/topic:Topic":
    sns(`CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic ListTagsForResource
    TagResource UntagResource`),
  "aws:sns/topicPolicy:TopicPolicy": sns(`GetTopicAttributes SetTopicAttributes`),
  "aws:sns/topicSubscription:TopicSubscription": subscription(
    `Subscribe Unsubscribe GetSubscriptionAttributes SetSubscriptionAttributes`,
  ),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
    ec2(`AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress ModifySecurityGroupRules
    DescribeSecurityGroupRules CreateTags DeleteTags`),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
    ec2(`AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress ModifySecurityGroupRules
    DescribeSecurityGroupRules CreateTags DeleteTags`),
};
