import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { connectArchivePolicy, connectorNameOf } from "../../components/archive/connect.ts";
import { archiveRole } from "../../components/archive/services.ts";
import { physicalName, type AwsRegion } from "../../components/aws/context.ts";
import type { AwsCluster } from "../../components/eks/aws.ts";
import { AwsPodIdentity } from "../../components/eks/identity.ts";
import {
  attachPolicy,
  connectorGroup,
  cursorPolicy,
  fencePolicy,
  leasePolicy,
  readerPolicy,
  topologyPolicy,
} from "../../components/kafka/policies.ts";
import type { KubernetesCluster } from "../../components/kubernetes/context.ts";
import { keys } from "../../scripts/fence/records.ts";
import { namespace } from "../../scripts/metrics/names.ts";
import type { BucketPurpose } from "../../scripts/vault/policies.ts";
import { RdsMonitoringRole } from "../../components/postgres/monitoring-role.ts";
import {
  vaultRolePolicy,
  type VaultReach,
  type VaultRole,
} from "../../components/vault/writers.ts";

/** Consumer group of ClickHouse. */
export const consumerGroup = "clickhouse";

/** Who a pod is. Each has its own service account, and an IAM role of its own. */
export const identities = [
  "recovery",
  "topology",
  "fence",
  "cursor",
  "attach",
  "metrics",
  "backup",
  "lease",
  "clickhouse",
] as const;
export type Identity = (typeof identities)[number];

/** Who writes for an epoch: a role of its own for each, which the fence refuses by its tag. */
const writers: readonly Identity[] = ["backup", "lease", "clickhouse", "metrics"];

/** Commands that are somebody else than `recovery`, which reads the vault and touches no consumer group. */
const identityOfCommand: Readonly<Record<string, Identity>> = {
  "kafka-topology": "topology",
  fence: "fence",
  attach: "attach",
  cursors: "cursor",
  detach: "cursor",
  backup: "backup",
  "zookeeper-snapshot": "backup",
  "keep-lease": "lease",
};

export function identityOf(command: pulumi.Input<string>): Identity {
  return (typeof command === "string" ? identityOfCommand[command] : undefined) ?? "recovery";
}

/** @throws Error when a standby's roles could not write what its engines will */
export function sameEpoch(taken: number, prepared: number): number {
  if (taken === prepared) return taken;
  throw new Error(
    `This failover takes epoch ${taken}, and recover:failoverEpoch is ${prepared}: the roles of this standby may ` +
      `write for epoch ${prepared} alone. Write ${taken}, then run this again; it changes IAM policies, so do it ` +
      "in mode pilot-light after every recovery in place of the primary, not on the day.",
  );
}

export interface RolesArgs {
  readonly region: AwsRegion;
  readonly account: string;
  readonly cluster: AwsCluster;
  readonly kubernetes: KubernetesCluster;
  /** Epoch that writers write for. */
  readonly epoch: pulumi.Input<number>;
  /**
   * Of the names of roles that are bound to the epoch: those of the epoch before stay until the fence has passed.
   * @default none
   */
  readonly suffix?: string;
  /** Line of the stack. */
  readonly line: pulumi.Input<string>;
  /** Whether that is a drill's own. */
  readonly rehearsal: boolean;
  readonly reach: pulumi.Output<VaultReach>;
  readonly topic: string;
  /** Of an adopted cluster. @default the one that this stack makes, by its name */
  readonly kafkaArn?: string | undefined;
  readonly secretsKeyArn: pulumi.Input<string>;
  /** Service account of ClickHouse's own pods, which its component makes. */
  readonly clickhouseAccount: string;
  /** Whether the archive's connector gets a role; Firehose has its own. */
  readonly connector: boolean;
  /** Where alarms are, and PostgreSQL's replicated backups. */
  readonly metricsRegion: string;
  readonly permissionsBoundary?: string | undefined;
}

export interface Roles {
  readonly accounts: Readonly<Record<Identity, string>>;
  /** What a pod waits for: without it, it has no credentials for its whole life. */
  readonly ready: readonly pulumi.Resource[];
  readonly monitoringArn: pulumi.Output<string>;
  readonly archiveArn: pulumi.Output<string> | undefined;
}

/**
 * Every IAM role that the engines and steps of a stack need. They name brokers and logins by name, not by
 * what AWS answers, so that a pilot light makes them before there is a cluster and a failover changes none:
 * IAM's control plane is in one region, which may be the lost one.
 */
export function rolesOf(args: RolesArgs): Roles {
  const { region, kubernetes: cluster } = args;
  const documents = documentsOf(args);
  const made = identities.map((identity) => {
    const bound = writers.includes(identity);
    const label = bound ? `${identity}${args.suffix ?? ""}` : identity;
    const serviceAccount = `recover-${label}`;
    const role = new AwsPodIdentity(`role-${label}`, {
      region,
      clusterName: args.cluster.name,
      namespace: cluster.namespace,
      serviceAccount: identity === "clickhouse" ? args.clickhouseAccount : serviceAccount,
      documents: documents[identity],
      ...(bound ? boundTo(args) : {}),
      permissionsBoundaryArn: args.permissionsBoundary,
    });
    // ClickHouse's component makes its own account.
    if (identity === "clickhouse") return { identity, serviceAccount, ready: role.ready };
    const account = new kubernetes.core.v1.ServiceAccount(
      `account-${label}`,
      {
        metadata: { name: serviceAccount, namespace: cluster.namespace },
        automountServiceAccountToken: false,
      },
      { provider: cluster.provider },
    );
    return { identity, serviceAccount, ready: [...role.ready, account] };
  });
  return {
    accounts: Object.fromEntries(
      made.map(({ identity, serviceAccount }) => [identity, serviceAccount]),
    ) as Record<Identity, string>,
    ready: made.flatMap(({ ready }) => ready),
    monitoringArn: new RdsMonitoringRole("postgres-monitoring", { region }).arn,
    archiveArn: args.connector ? connectorRole(args) : undefined,
  };
}

/** The epoch that a writer's role is refused by, and its line where that is a drill's own. */
function boundTo({ epoch, line, rehearsal }: RolesArgs) {
  return { epoch, line: rehearsal ? line : undefined };
}

/** Any cluster of this name: its id is known only once it is there. */
function kafkaOf({ region, account, kafkaArn }: RolesArgs): string {
  const name = physicalName(region, "kafka", 64);
  return kafkaArn ?? `arn:${region.partition}:kafka:${region.name}:${account}:cluster/${name}/*`;
}

function documentsOf(args: RolesArgs): Record<Identity, Record<string, pulumi.Output<string>>> {
  const { region, account, topic, epoch, line, reach } = args;
  const kafka = { clusterArn: kafkaOf(args), topic, group: consumerGroup };
  const archiveGroup = args.connector ? connectorGroup(connectorNameOf(region, topic)) : undefined;
  const secrets = physicalName(region, "clickhouse-e", 120);
  const vault = (role: VaultRole, fences: readonly BucketPurpose[] = []) =>
    pulumi
      .all([epoch, line, reach])
      .apply(([number, of, to]) =>
        vaultRolePolicy({ role, epoch: number, line: of, reach: to, fences }),
      );
  const text = (document: object) => pulumi.output(JSON.stringify(document));
  const step = {
    step: pulumi.all([reach, line]).apply(([to, of]) => JSON.stringify(stepDocument(to, of))),
  };
  const reader = text(readerPolicy({ ...kafka, archiveGroup }));
  const recovery = { ...step, vault: vault("recovery") };
  return {
    // Proof and replay read the topic; the rest of a recovery's steps read the vault.
    recovery: { ...recovery, kafka: reader },
    topology: { ...step, kafka: text(topologyPolicy(kafka)) },
    fence: {
      ...step,
      // A drill fences nobody: the line's policies are the primary's.
      vault: vault("recovery", args.rehearsal ? [] : ["backups", "archive", "control"]),
      kafka: pulumi.output(args.secretsKeyArn).apply((secretsKeyArn) =>
        JSON.stringify(
          fencePolicy({
            ...kafka,
            secretArns: [
              `arn:${region.partition}:secretsmanager:${region.name}:${account}:secret:AmazonMSK_${secrets}*`,
            ],
            secretsKeyArn,
          }),
        ),
      ),
    },
    cursor: { ...recovery, kafka: text(cursorPolicy(kafka)) },
    attach: { ...recovery, kafka: text(attachPolicy(kafka)) },
    metrics: {
      ...step,
      vault: vault("reader"),
      kafka: reader,
      aws: pulumi
        .all([reach, line])
        .apply(([to, of]) => JSON.stringify(metricsDocument(args, to, of))),
    },
    backup: { ...step, vault: vault("backup"), kafka: reader },
    lease: { ...step, vault: vault("lease"), kafka: text(leasePolicy(kafka)) },
    // `BACKUP` and `RESTORE` run in the server: it writes for its epoch and reads what is restored.
    clickhouse: { backup: vault("backup"), recovery: vault("reader") },
  };
}

/** Every pod of ours fetches the scripts, and leaves its result. */
function stepDocument({ partition, buckets: { control } }: VaultReach, line: string): object {
  const arn = `arn:${partition}:s3:::${control.name}`;
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "s3:GetObject", Resource: `${arn}/bundles/*` },
      {
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: [`${arn}/${line}/steps/*`, `${arn}/${line}/runs/*`],
      },
      {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: control.keyArn,
        Condition: { StringLike: { "kms:ViaService": `s3.${control.region}.amazonaws.com*` } },
      },
    ],
  };
}

/**
 * What alarms are raised by; how far S3's and PostgreSQL's copies are; and what is said about both in the control
 * bucket. Neither CloudWatch nor RDS knows a narrower resource for these.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
 */
function metricsDocument(
  { region, metricsRegion }: RolesArgs,
  { partition, buckets: { control } }: VaultReach,
  line: string,
): object {
  const within = (name: string) => ({ "aws:RequestedRegion": name });
  const allow = (Action: string, condition: object) => ({
    Effect: "Allow",
    Action,
    Resource: "*",
    Condition: { StringEquals: condition },
  });
  return {
    Version: "2012-10-17",
    Statement: [
      allow("cloudwatch:PutMetricData", {
        ...within(metricsRegion),
        "cloudwatch:namespace": namespace,
      }),
      allow("cloudwatch:GetMetricStatistics", within(region.name)),
      allow("rds:DescribeDBInstanceAutomatedBackups", within(metricsRegion)),
      {
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: ["archiver", "replicator"].map(
          (who) => `arn:${partition}:s3:::${control.name}/${keys.announcement(line, who)}`,
        ),
      },
    ],
  };
}

/** Of the archive's connector: for this epoch, whatever ids cluster and topic will get. */
function connectorRole(args: RolesArgs): pulumi.Output<string> {
  const { region, topic, epoch, line, reach, suffix = "" } = args;
  const name = `role-archive${suffix}`;
  const { arn, access } = archiveRole(
    { role: name, access: `${name}-access` },
    {
      region,
      service: "kafkaconnect.amazonaws.com",
      ...boundTo(args),
      permissionsBoundaryArn: args.permissionsBoundary,
      policy: pulumi.all([epoch, line, reach]).apply(([number, of, { partition, buckets }]) =>
        JSON.stringify(
          connectArchivePolicy({
            place: { epoch: number, line: of, clusterId: "*", topicId: "*", topic },
            clusterArn: kafkaOf(args),
            consumerGroup,
            connectorName: connectorNameOf(region, topic),
            bucketArn: `arn:${partition}:s3:::${buckets.archive.name}`,
            keyArn: buckets.archive.keyArn,
          }),
        ),
      ),
    },
    { provider: region.provider },
  );
  return pulumi.all([arn, access.urn]).apply(([known]) => known);
}
