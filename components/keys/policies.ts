import { awsDomain } from "../../lib/aws.ts";

/** What a key encrypts; each class has a key of its own in each region. */
export const keyClasses = ["vault", "relational", "kafka", "credentials", "cluster"] as const;
export type KeyClass = (typeof keyClasses)[number];

/** Facts of the region that a key's policy names. */
export interface KeyPlace {
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  /** Install, stack and generation: first part of the names of log groups and of the cluster's role. */
  readonly prefix: string;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: readonly string[];
  readonly Resource: "*";
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Encrypt and decrypt; whoever may, needs it in an IAM policy too. */
const use = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncrypt*",
  "kms:GenerateDataKey*",
  "kms:DescribeKey",
];

/**
 * All that administration takes and no cryptographic operation: an administrator of the account cannot
 * read data with these alone. `kms:CreateGrant` is left out, it would hand the use of the key on.
 */
const administer = [
  "kms:CancelKeyDeletion",
  "kms:DeleteAlias",
  "kms:CreateAlias",
  "kms:Describe*",
  "kms:Disable*",
  "kms:Enable*",
  "kms:Get*",
  "kms:List*",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

/** The EKS control plane runs as the role `{prefix}-eks`: the key of its secrets names it. */
export const clusterRoleSuffix = "eks";

/** Log groups that a key of this install may encrypt begin with this. */
export function logGroupName(prefix: string, suffix: string): string {
  return `/${prefix}/${suffix}`;
}

/** Name of the log group that EKS writes control plane logs to: the service fixes it. */
export function clusterLogGroupName(clusterName: string): string {
  return `/aws/eks/${clusterName}/cluster`;
}

/**
 * The policy of one key. Services use a key only for principals of this account that hold an IAM
 * permission for it, and only through the service itself (`kms:ViaService`): a role that may read
 * objects cannot call `kms:Decrypt` on something that it got elsewhere.
 *
 * Replicating to the other region is S3 in this region reading (`kms:Decrypt` through S3 here) and S3 in
 * the other writing (`kms:Encrypt` through S3 there, under that region's key): each region's own key
 * names its own S3 alone.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function keyPolicy(keyClass: KeyClass, place: KeyPlace): Policy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Administration",
        Effect: "Allow",
        Principal: account(place),
        Action: administer,
        Resource: "*",
      },
      ...statements[keyClass](place),
    ],
  };
}

const statements: Readonly<Record<KeyClass, (place: KeyPlace) => Statement[]>> = {
  vault: (place) => [through(place, ["s3"])],
  relational: (place) => [through(place, ["rds"]), grantsThrough(place, ["rds"])],
  kafka: (place) => [
    through(place, ["kafka"]),
    grantsThrough(place, ["kafka"]),
    logs(place, [
      `${logGroupName(place.prefix, "")}*`,
      // Brokers, the archive's connector, or its stream and Lambda.
      ...["msk", "mskconnect", "kinesisfirehose", "lambda"].map(
        (service) => `/aws/${service}/${place.prefix}-*`,
      ),
    ]),
  ],
  // RDS keeps the master password that it manages in Secrets Manager; MSK reads SCRAM secrets from there.
  credentials: (place) => [
    through(place, ["secretsmanager"]),
    grantsThrough(place, ["secretsmanager", "rds", "kafka"]),
  ],
  cluster: (place) => [
    through(place, ["ec2"]),
    grantsThrough(place, ["ec2"]),
    clusterSecrets(place),
    clusterCreation(place),
    ...autoScaling(place),
    logs(place, [`${logGroupName(place.prefix, "")}*`, `/aws/eks/${place.prefix}-*`]),
  ],
};

function account({ partition, accountId }: KeyPlace): Record<string, string> {
  return { AWS: `arn:${partition}:iam::${accountId}:root` };
}

function endpoint({ region }: KeyPlace, service: string): string {
  return `${service}.${region}.${awsDomain(region)}`;
}

function through(place: KeyPlace, services: readonly string[]): Statement {
  return {
    Sid: "UseThroughService",
    Effect: "Allow",
    Principal: account(place),
    Action: use,
    Resource: "*",
    Condition: {
      StringEquals: { "kms:ViaService": services.map((service) => endpoint(place, service)) },
    },
  };
}

/** A service keeps a grant to go on using the key when nobody calls it. */
function grantsThrough(place: KeyPlace, services: readonly string[]): Statement {
  return {
    Sid: "GrantsOfServices",
    Effect: "Allow",
    Principal: account(place),
    Action: ["kms:CreateGrant", "kms:ListGrants", "kms:DescribeKey"],
    Resource: "*",
    Condition: {
      StringEquals: { "kms:ViaService": services.map((service) => endpoint(place, service)) },
      Bool: { "kms:GrantIsForAWSResource": "true" },
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function logs(place: KeyPlace, groups: readonly string[]): Statement {
  const { partition, region, accountId } = place;
  return {
    Sid: "LogGroups",
    Effect: "Allow",
    Principal: { Service: endpoint(place, "logs") },
    Action: use,
    Resource: "*",
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": groups.map(
          (group) => `arn:${partition}:logs:${region}:${accountId}:log-group:${group}`,
        ),
      },
    },
  };
}

/** The control plane's own role, and nobody else, opens the envelope of Kubernetes secrets. */
function clusterSecrets(place: KeyPlace): Statement {
  const { partition, accountId, prefix } = place;
  return {
    Sid: "KubernetesSecrets",
    Effect: "Allow",
    Principal: account(place),
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"],
    Resource: "*",
    Condition: {
      ArnEquals: {
        "aws:PrincipalArn": `arn:${partition}:iam::${accountId}:role/${prefix}-${clusterRoleSuffix}`,
      },
    },
  };
}

/**
 * Whoever creates the cluster hands EKS a grant. EKS does not support `kms:GrantIsForAWSResource` here:
 * with that condition the creation is refused.
 * https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
 */
function clusterCreation(place: KeyPlace): Statement {
  return {
    Sid: "ClusterCreation",
    Effect: "Allow",
    Principal: account(place),
    Action: ["kms:CreateGrant", "kms:DescribeKey"],
    Resource: "*",
    Condition: { StringEquals: { "kms:CallerAccount": place.accountId } },
  };
}

/**
 * Node groups are Auto Scaling groups; the service's own role encrypts the nodes' disks. The role may not
 * be there yet in an empty account, and a policy that names a missing principal is refused, so it is
 * named in a condition.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
function autoScaling(place: KeyPlace): Statement[] {
  const { partition, accountId } = place;
  const role = {
    "aws:PrincipalArn":
      `arn:${partition}:iam::${accountId}:role/aws-service-role/` +
      "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
  };
  const caller = { "kms:CallerAccount": accountId };
  return [
    {
      Sid: "DisksOfNodes",
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: use,
      Resource: "*",
      Condition: { StringEquals: caller, ArnEquals: role },
    },
    {
      Sid: "GrantsForDisksOfNodes",
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: ["kms:CreateGrant"],
      Resource: "*",
      Condition: {
        StringEquals: caller,
        ArnEquals: role,
        Bool: { "kms:GrantIsForAWSResource": "true" },
      },
    },
  ];
}
