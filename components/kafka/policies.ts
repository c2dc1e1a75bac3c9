import { policy, type PolicyDocument, type PolicyStatement } from "./iam.ts";

/*
 * ACLs do not bind who comes by IAM: what an IAM principal may do on the brokers stands here alone. Nobody
 * but the fence and the cursor job may read or alter ClickHouse's consumer group; policies.test.ts asks
 * every document of this file. Backups and `attach`, which look at it too, do so with ClickHouse's own login
 * (`groupLogin` in scripts/kafka/client.ts), which a fence takes away.
 */

/** ARNs of what lies in one cluster. */
export interface KafkaArns {
  readonly cluster: string;
  topic(name: string): string;
  group(name: string): string;
}

/**
 * `arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID` → ARNs of topics and groups.
 *
 * @throws Error for anything else
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
 */
export function kafkaArns(clusterArn: string): KafkaArns {
  if (!/^arn:[^:]+:kafka:[^:]+:\d{12}:cluster\/[^/]+\/[^/]+$/.test(clusterArn)) {
    throw new Error(
      `"${clusterArn}" is no ARN of an MSK cluster. Write it as ` +
        "arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID (`aws kafka list-clusters-v2`).",
    );
  }
  const within = (kind: string, name: string): string =>
    `${clusterArn.replace(":cluster/", `:${kind}/`)}/${name}`;
  return {
    cluster: clusterArn,
    topic: (name) => within("topic", name),
    group: (name) => within("group", name),
  };
}

export interface KafkaParts {
  readonly clusterArn: string;
  /** The events topic. */
  readonly topic: string;
  /** ClickHouse's consumer group. */
  readonly group: string;
}

const on = (actions: readonly string[], resource: string | readonly string[]): PolicyStatement => ({
  Effect: "Allow",
  Action: actions.map((action) => `kafka-cluster:${action}`),
  Resource: resource,
});

/**
 * The topology job: topics, their configs, ACLs. `AlterCluster` is what ACLs take: whoever has it can let
 * a login consume, so this role belongs to a job, never to a person or a producer.
 */
export function topologyPolicy({ clusterArn, topic }: KafkaParts): PolicyDocument {
  const arns = kafkaArns(clusterArn);
  return policy(
    on(
      ["Connect", "DescribeCluster", "AlterCluster", "DescribeClusterDynamicConfiguration"],
      arns.cluster,
    ),
    on(
      [
        "CreateTopic",
        "DescribeTopic",
        "AlterTopic",
        "DescribeTopicDynamicConfiguration",
        "AlterTopicDynamicConfiguration",
      ],
      arns.topic(topic),
    ),
  );
}

export interface FenceParts extends KafkaParts {
  /** Secrets of ClickHouse's logins: the fence attacks with the former one. */
  readonly secretArns: readonly string[];
  readonly secretsKeyArn: string;
}

/** The fence: takes a login's ACLs and secret away, waits for an empty group, attacks as that login. */
export function fencePolicy(parts: FenceParts): PolicyDocument {
  const arns = kafkaArns(parts.clusterArn);
  return policy(
    on(["Connect", "DescribeCluster", "AlterCluster"], arns.cluster),
    on(["DescribeTopic"], arns.topic(parts.topic)),
    on(["DescribeGroup"], arns.group(parts.group)),
    {
      Effect: "Allow",
      Action: ["kafka:BatchDisassociateScramSecret", "kafka:ListScramSecrets"],
      Resource: arns.cluster,
    },
    { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: parts.secretArns },
    { Effect: "Allow", Action: "kms:Decrypt", Resource: parts.secretsKeyArn },
  );
}

/** Settling, cursors, attach: reads the topic and writes the group's offsets while it is empty. */
export function cursorPolicy({ clusterArn, topic, group }: KafkaParts): PolicyDocument {
  const arns = kafkaArns(clusterArn);
  return policy(
    on(["Connect", "DescribeCluster"], arns.cluster),
    on(["DescribeTopic", "ReadData"], arns.topic(topic)),
    on(["DescribeGroup", "AlterGroup"], arns.group(group)),
  );
}

export interface ReaderParts extends KafkaParts {
  /** Group whose commits say how far the archive is. @default nobody's do, as with Firehose */
  readonly archiveGroup?: string | undefined;
}

/**
 * Proof, backup, replay, metrics: read the topic straight from its leaders, without a group, and the cluster's
 * ACLs and configs for the ledger.
 */
export function readerPolicy(parts: ReaderParts): PolicyDocument {
  const arns = kafkaArns(parts.clusterArn);
  const { archiveGroup } = parts;
  return policy(
    on(["Connect", "DescribeCluster"], arns.cluster),
    on(["DescribeTopic", "DescribeTopicDynamicConfiguration", "ReadData"], arns.topic(parts.topic)),
    ...(archiveGroup === undefined ? [] : [on(["DescribeGroup"], arns.group(archiveGroup))]),
    denyGroup(arns, parts.group),
  );
}

/** `attach`: gives ClickHouse's login its ACLs, then goes on as that login. */
export function attachPolicy(parts: KafkaParts): PolicyDocument {
  const arns = kafkaArns(parts.clusterArn);
  return policy(
    on(["Connect", "DescribeCluster", "AlterCluster"], arns.cluster),
    on(["DescribeTopic", "ReadData"], arns.topic(parts.topic)),
    denyGroup(arns, parts.group),
  );
}

/**
 * The lease keeper: takes the ACLs of its own side's consumer away when its lease cannot be renewed. Its canaries
 * are written with the producer's login.
 */
export function leasePolicy(parts: KafkaParts): PolicyDocument {
  const arns = kafkaArns(parts.clusterArn);
  return policy(
    on(["Connect", "DescribeCluster", "AlterCluster"], arns.cluster),
    on(["DescribeTopic"], arns.topic(parts.topic)),
    denyGroup(arns, parts.group),
  );
}

/** The attacker of a proof: may log in, and is refused by group and by assign. */
export function attackerPolicy({ clusterArn, topic }: KafkaParts): PolicyDocument {
  const arns = kafkaArns(clusterArn);
  return policy(
    on(["Connect", "DescribeCluster"], arns.cluster),
    on(["DescribeTopic"], arns.topic(topic)),
  );
}

export interface ConnectorParts extends KafkaParts {
  /** MSK Connect's group of a sink is `connect-` and its name. */
  readonly connectorName: string;
}

/** What a connector's group is called. */
export function connectorGroup(connectorName: string): string {
  return `connect-${connectorName}`;
}

/**
 * The archive's connector on MSK Connect.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-connect-service-execution-role.html
 */
export function connectorPolicy(parts: ConnectorParts): PolicyDocument {
  const arns = kafkaArns(parts.clusterArn);
  const internal = "__amazon_msk_connect_*";
  return policy(
    on(["Connect", "DescribeCluster"], arns.cluster),
    on(["DescribeTopic", "ReadData"], arns.topic(parts.topic)),
    on(["CreateTopic", "DescribeTopic", "ReadData", "WriteData"], arns.topic(internal)),
    on(
      ["DescribeGroup", "AlterGroup"],
      [arns.group(internal), arns.group(connectorGroup(parts.connectorName))],
    ),
    denyGroup(arns, parts.group),
  );
}

/**
 * A Firehose stream with the cluster as its source. AWS does not document its group's name, so all groups
 * may be described, and ClickHouse's may not.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
 */
export function firehosePolicy({ clusterArn, topic, group }: KafkaParts): PolicyDocument {
  const arns = kafkaArns(clusterArn);
  return policy(
    {
      Effect: "Allow",
      Action: ["kafka:GetBootstrapBrokers", "kafka:DescribeCluster", "kafka:DescribeClusterV2"],
      Resource: arns.cluster,
    },
    on(["Connect"], arns.cluster),
    on(["DescribeTopic", "DescribeTopicDynamicConfiguration", "ReadData"], arns.topic(topic)),
    on(["DescribeGroup"], arns.group("*")),
    denyGroup(arns, group),
  );
}

/**
 * The cluster's own policy: lets Firehose open its private connection, and nothing else.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/writing-with-msk.html
 */
export function firehoseClusterPolicy(clusterArn: string): PolicyDocument {
  return policy({
    Effect: "Allow",
    Principal: { Service: "firehose.amazonaws.com" },
    Action: "kafka:CreateVpcConnection",
    Resource: kafkaArns(clusterArn).cluster,
  });
}

/** Stronger than any `Allow`, also of a policy that somebody attaches to the role later. */
function denyGroup(arns: KafkaArns, group: string): PolicyStatement {
  return {
    Sid: "OnlyClickHouseConsumes",
    Effect: "Deny",
    Action: "kafka-cluster:*",
    Resource: arns.group(group),
  };
}
