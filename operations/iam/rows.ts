/** Whether the actions can be held to the stack's own names, and how. */
export type Scope =
  /**
   * By name, where the install's own is in the ARN. Placeholders: {partition} {region} {account} {prefix}
   * (install-stack) {vault} {roles}.
   */
  | { readonly arns: readonly string[] }
  /** The service knows no resource there, or names it by a random id: by region alone. */
  | "region";

export interface Row {
  /** What making, reading, changing and, where an `up` replaces it, deleting one takes. */
  readonly actions: readonly string[];
  readonly scope: Scope;
  /** Page of https://docs.aws.amazon.com/service-authorization/latest/reference/, without `list_` and `.html`. */
  readonly reference: string;
}

/** Actions of one row, written side by side. */
type Make = (actions: string) => Row;

export function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

const everywhere =
  (service: string, reference: string): Make =>
  (actions) => ({
    actions: words(actions).map((action) => `${service}:${action}`),
    scope: "region",
    reference,
  });

const named =
  (service: string, reference: string, ...arns: string[]): Make =>
  (actions) => ({
    ...everywhere(service, reference)(actions),
    scope: { arns: arns.map((arn) => `arn:{partition}:${arn}`) },
  });

const here = "{region}:{account}";

export const ec2 = everywhere("ec2", "amazonec2");
export const kms = everywhere("kms", "awskeymanagementservice");
export const logs = everywhere("logs", "amazoncloudwatchlogs");
export const rds = everywhere("rds", "amazonrds");
export const kafka = everywhere("kafka", "amazonmanagedstreamingforapachekafka");
export const connect = everywhere("kafkaconnect", "amazonmanagedstreamingforkafkaconnect");
export const scaling = everywhere("application-autoscaling", "awsapplicationautoscaling");
export const subscription = everywhere("sns", "amazonsns");
export const alarm = named("cloudwatch", "amazoncloudwatch", `cloudwatch:${here}:alarm:{prefix}-*`);
export const firehose = named(
  "firehose",
  "amazonkinesisfirehose",
  `firehose:${here}:deliverystream/{prefix}-*`,
);
/** `{roles}`: those that the stack's program asks for, by name. */
export const iam = named("iam", "awsidentityandaccessmanagementiam", "{roles}");
export const lambda = named("lambda", "awslambda", `lambda:${here}:function:{prefix}-*`);
export const s3 = named("s3", "amazons3", "s3:::{vault}-*", "s3:::{prefix}-*");
export const secret = named(
  "secretsmanager",
  "awssecretsmanager",
  `secretsmanager:${here}:secret:AmazonMSK_{prefix}-*`,
);
export const sns = named("sns", "amazonsns", `sns:${here}:{prefix}-*`);

/** What belongs to a cluster has the cluster's name in its ARN, behind its own kind. */
export function eks(kind: string, actions: string): Row {
  const own = kind === "cluster" ? [] : [`eks:${here}:${kind}/{prefix}-*`];
  return named(
    "eks",
    "amazonelastickubernetesservice",
    `eks:${here}:cluster/{prefix}-*`,
    ...own,
  )(actions);
}

/** Services that a stack hands a role to; all that a failover does with IAM. */
export const passedTo = [
  "eks.amazonaws.com",
  "ec2.amazonaws.com",
  "pods.eks.amazonaws.com",
  "monitoring.rds.amazonaws.com",
  "kafkaconnect.amazonaws.com",
  "firehose.amazonaws.com",
  "lambda.amazonaws.com",
  "vpc-flow-logs.amazonaws.com",
  "s3.amazonaws.com",
] as const;

/**
 * Roles that services make for themselves once in an account, at its first cluster, broker, database. An account that has a
 * primary has them all.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
 */
export const serviceLinked = [
  "eks.amazonaws.com",
  "eks-nodegroup.amazonaws.com",
  "autoscaling.amazonaws.com",
  "rds.amazonaws.com",
  "kafka.amazonaws.com",
  "kafkaconnect.amazonaws.com",
  "kafka.application-autoscaling.amazonaws.com",
  "pullthroughcache.ecr.amazonaws.com",
] as const;
