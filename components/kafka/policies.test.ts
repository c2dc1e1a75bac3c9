import { describe, expect, test } from "vitest";
import { allows, groupAccess, policy, type PolicyDocument } from "./iam.ts";
import * as policies from "./policies.ts";

const clusterArn =
  "arn:aws:kafka:eu-central-1:123456789012:cluster/acme-prod-g1-kafka/0f1e-2d3c-4b5a-2";
const parts = {
  clusterArn,
  topic: "events",
  group: "clickhouse",
  connectorName: "acme-prod-g1-archive",
  archiveGroup: "connect-acme-prod-g1-archive",
  secretArns: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_x"],
  secretsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/k",
};
const arns = policies.kafkaArns(clusterArn);
const group = arns.group("clickhouse");

/** Every function of the module that gives a document, whatever is added to it later. */
const documents = Object.entries(policies)
  .filter(([name]) => /Policy$/.test(name))
  .map(([name, make]): [string, PolicyDocument] => [
    name,
    name === "firehoseClusterPolicy"
      ? policies.firehoseClusterPolicy(clusterArn)
      : (make as (of: typeof parts) => PolicyDocument)(parts),
  ]);

const mayTouchTheGroup: Record<string, string[]> = {
  fencePolicy: ["kafka-cluster:DescribeGroup"],
  cursorPolicy: ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
};

describe("ClickHouse's consumer group", () => {
  test.each(documents)("by %s: only the fence and the cursor job get at it", (name, document) => {
    expect(groupAccess(document, group)).toEqual(mayTouchTheGroup[name] ?? []);
  });

  test("is reached by the documents that must reach it, and there are ten", () => {
    expect(documents.map(([name]) => name).sort()).toEqual([
      "attachPolicy",
      "attackerPolicy",
      "connectorPolicy",
      "cursorPolicy",
      "fencePolicy",
      "firehoseClusterPolicy",
      "firehosePolicy",
      "leasePolicy",
      "readerPolicy",
      "topologyPolicy",
    ]);
  });

  // Positive controls: a document that must be caught.
  test.each([
    ["every action on everything", "*", "*"],
    ["every action of the service", "kafka-cluster:*", "*"],
    ["groups by a pattern", "kafka-cluster:*Group", arns.group("click*")],
    ["one character for another", "kafka-cluster:AlterGroup", arns.group("clickhous?")],
    ["another case", "KAFKA-CLUSTER:describegroup", group],
    ["any cluster", "kafka-cluster:DescribeGroup", "arn:aws:kafka:*:*:group/*"],
  ])("would be caught with %s", (_what, Action, Resource) => {
    expect(groupAccess(policy({ Effect: "Allow", Action, Resource }), group)).not.toEqual([]);
  });

  test("an Allow under a condition counts, a Deny under one does not", () => {
    const Condition = { StringEquals: { "aws:SourceAccount": "123456789012" } };
    const allow = { Effect: "Allow", Action: "kafka-cluster:*", Resource: "*" } as const;
    const deny = { Effect: "Deny", Action: "kafka-cluster:*", Resource: group } as const;
    expect(groupAccess(policy({ ...allow, Condition }), group)).toHaveLength(3);
    expect(groupAccess(policy(allow, { ...deny, Condition }), group)).toHaveLength(3);
    expect(groupAccess(policy(allow, deny), group)).toEqual([]);
    expect(groupAccess(policy(deny, allow), group)).toEqual([]);
    expect(groupAccess(policy(allow, deny), arns.group("other"))).toHaveLength(3);
  });

  test("a statement that nobody can judge is refused", () => {
    const odd = { Effect: "Allow", NotAction: "kafka-cluster:Connect", Resource: "*" };
    expect(() => groupAccess(policy(odd as never), group)).toThrow(/NotAction/);
  });
});

describe("what each document lets through", () => {
  const may = (name: string, action: string, resource: string): boolean => {
    const document = documents.find(([each]) => each === name)?.[1];
    if (document === undefined) throw new Error(`no ${name}`);
    return allows(document, action, resource);
  };
  const topic = arns.topic("events");

  test.each([
    ["topologyPolicy", "kafka-cluster:CreateTopic", topic, true],
    ["topologyPolicy", "kafka-cluster:AlterCluster", arns.cluster, true],
    ["topologyPolicy", "kafka-cluster:ReadData", topic, false],
    ["topologyPolicy", "kafka-cluster:DeleteTopic", topic, false],
    ["fencePolicy", "kafka-cluster:AlterCluster", arns.cluster, true],
    ["fencePolicy", "kafka:BatchDisassociateScramSecret", arns.cluster, true],
    ["fencePolicy", "secretsmanager:GetSecretValue", parts.secretArns[0] ?? "", true],
    ["fencePolicy", "kafka-cluster:AlterGroup", group, false],
    ["fencePolicy", "kafka-cluster:ReadData", topic, false],
    ["cursorPolicy", "kafka-cluster:ReadData", topic, true],
    ["cursorPolicy", "kafka-cluster:AlterCluster", arns.cluster, false],
    ["cursorPolicy", "kafka-cluster:AlterGroup", arns.group("connect-acme-prod-g1-archive"), false],
    ["readerPolicy", "kafka-cluster:ReadData", topic, true],
    ["readerPolicy", "kafka-cluster:AlterCluster", arns.cluster, false],
    ["readerPolicy", "kafka-cluster:WriteData", topic, false],
    ["readerPolicy", "kafka-cluster:DescribeGroup", arns.group(parts.archiveGroup), true],
    ["readerPolicy", "kafka-cluster:DescribeGroup", arns.group("connect-other"), false],
    ["attachPolicy", "kafka-cluster:AlterCluster", arns.cluster, true],
    ["attachPolicy", "kafka-cluster:ReadData", topic, true],
    ["leasePolicy", "kafka-cluster:AlterCluster", arns.cluster, true],
    ["leasePolicy", "kafka-cluster:ReadData", topic, false],
    ["attackerPolicy", "kafka-cluster:Connect", arns.cluster, true],
    ["attackerPolicy", "kafka-cluster:ReadData", topic, false],
    [
      "connectorPolicy",
      "kafka-cluster:AlterGroup",
      arns.group("connect-acme-prod-g1-archive"),
      true,
    ],
    ["connectorPolicy", "kafka-cluster:AlterGroup", arns.group("connect-other"), false],
    ["connectorPolicy", "kafka-cluster:WriteData", topic, false],
    [
      "connectorPolicy",
      "kafka-cluster:WriteData",
      arns.topic("__amazon_msk_connect_configs_x"),
      true,
    ],
    ["firehosePolicy", "kafka-cluster:ReadData", topic, true],
    ["firehosePolicy", "kafka-cluster:DescribeGroup", arns.group("whatever"), true],
    ["firehosePolicy", "kafka-cluster:AlterGroup", arns.group("whatever"), false],
    ["firehoseClusterPolicy", "kafka:CreateVpcConnection", arns.cluster, true],
    ["firehoseClusterPolicy", "kafka-cluster:Connect", arns.cluster, false],
  ])("%s: %s on %s is %s", (name, action, resource, expected) => {
    expect(may(name, action, resource)).toBe(expected);
  });

  test("nothing reaches a topic of another cluster", () => {
    const other = policies.kafkaArns(clusterArn.replace("prod", "other"));
    for (const [name] of documents) {
      expect(may(name, "kafka-cluster:ReadData", other.topic("events"))).toBe(false);
      expect(may(name, "kafka-cluster:Connect", other.cluster)).toBe(false);
    }
  });
});

test("ARNs lie in their cluster; anything else is refused", () => {
  expect(arns.group("g")).toBe(
    "arn:aws:kafka:eu-central-1:123456789012:group/acme-prod-g1-kafka/0f1e-2d3c-4b5a-2/g",
  );
  for (const bad of ["", "acme", "arn:aws:kafka:eu-central-1:123456789012:topic/a/b/c"]) {
    expect(() => policies.kafkaArns(bad)).toThrow(/is no ARN of an MSK cluster/);
  }
});
