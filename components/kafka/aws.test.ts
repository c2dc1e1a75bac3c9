import { describe, expect, test } from "vitest";
import { only, type Made } from "../../tests/components/aws-mocks.ts";
import { clusterArn, create, hour, run } from "./fixture.ts";
import { allows, groupAccess, type PolicyDocument } from "./iam.ts";
import { kafkaArns } from "./policies.ts";

/*
 * What these tests prove: which resources are asked for, with which inputs and options, in a preview and in
 * an update. What they do not: that MSK takes the values, and that it enforces them.
 */
const children = (made: readonly Made[]): string[] =>
  made
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(
      ({ type, name }) =>
        `${type.startsWith("aws:") ? (type.split(":").at(-1) ?? "") : type} ${name}`,
    )
    .sort();

const expectedChildren = [
  "Cluster kafka-cluster",
  "Configuration kafka-configuration",
  "LogGroup kafka-logs",
  "Policy kafka-storage-policy",
  "Secret kafka-clickhouse-1",
  "Secret kafka-clickhouse-2",
  "Secret kafka-producer",
  "SecretVersion kafka-clickhouse-1-version",
  "SecretVersion kafka-clickhouse-2-version",
  "SecretVersion kafka-producer-version",
  "SecurityGroup kafka-brokers",
  "SecurityGroupIngressRule kafka-clickhouse-iam",
  "SecurityGroupIngressRule kafka-clickhouse-scram",
  "SecurityGroupIngressRule kafka-jobs-iam",
  "SecurityGroupIngressRule kafka-jobs-scram",
  "SecurityGroupIngressRule kafka-prometheus-jmxExporter",
  "SecurityGroupIngressRule kafka-prometheus-nodeExporter",
  "SingleScramSecretAssociation kafka-clickhouse-1-association",
  "SingleScramSecretAssociation kafka-clickhouse-2-association",
  "SingleScramSecretAssociation kafka-producer-association",
  "Target kafka-storage",
  "recover:index:Key kafka-clickhouse-1-password",
  "recover:index:Key kafka-clickhouse-2-password",
  "recover:index:Key kafka-producer-password",
  "recover:kafka:AwsKafka kafka",
];

describe.each([true, false])("AwsKafka (dry run %s)", (dryRun) => {
  test("has exactly these children, each of the region's provider and of this parent", async () => {
    const { made } = await run({}, { dryRun });
    expect(children(made)).toEqual(expectedChildren);
    for (const each of made.filter(({ type }) => type.startsWith("aws:"))) {
      expect([each.name, each.provider, each.parent]).toEqual([
        each.name,
        "aws-eu-central-1",
        "kafka",
      ]);
    }
  });

  test("asks for a cluster that loses nothing: three zones, TLS, two logins, protected", async () => {
    const { made } = await run({}, { dryRun });
    const cluster = only(made, "aws:msk/cluster:Cluster");
    expect(cluster.inputs).toMatchObject({
      clusterName: "acme-prod-g1-kafka",
      kafkaVersion: "3.8.x.kraft",
      numberOfBrokerNodes: 3,
      brokerNodeGroupInfo: {
        instanceType: "kafka.m7g.large",
        clientSubnets: ["subnet-a", "subnet-b", "subnet-c"],
        storageInfo: { ebsStorageInfo: { volumeSize: 131 } },
        connectivityInfo: { publicAccess: { type: "DISABLED" } },
      },
      clientAuthentication: { sasl: { iam: true, scram: true }, unauthenticated: false },
      encryptionInfo: {
        encryptionAtRestKmsKeyArn: create.keyArn,
        encryptionInTransit: { clientBroker: "TLS", inCluster: true },
      },
      enhancedMonitoring: "PER_TOPIC_PER_BROKER",
      openMonitoring: {
        prometheus: {
          jmxExporter: { enabledInBroker: true },
          nodeExporter: { enabledInBroker: true },
        },
      },
      loggingInfo: {
        brokerLogs: {
          cloudwatchLogs: { enabled: true, logGroup: "/aws/msk/acme-prod-g1-kafka" },
          s3: { enabled: true, bucket: "acme-logs", prefix: "kafka/" },
        },
      },
      tags: { "recover:data": "events" },
    });
    expect(cluster).toMatchObject({
      protect: true,
      retainOnDelete: true,
      ignoreChanges: ["brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize"],
    });
    expect(JSON.stringify(cluster.inputs)).not.toContain("vpcConnectivity");
  });

  test("refuses strangers from the first configuration on, and a revision never replaces it", async () => {
    const { made } = await run({}, { dryRun });
    const { inputs } = only(made, "aws:msk/configuration:Configuration");
    expect(inputs["name"]).toBe("acme-prod-g1-kafka");
    // Both force a replacement (terraform-provider-aws, service/kafka/configuration.go).
    expect(Object.keys(inputs).sort()).toEqual(["description", "name", "serverProperties"]);
    expect(String(inputs["serverProperties"]).trim().split("\n")).toEqual([
      "allow.everyone.if.no.acl.found=false",
      "auto.create.topics.enable=false",
      "default.replication.factor=3",
      "delete.topic.enable=false",
      "log.message.timestamp.type=CreateTime",
      "log.retention.bytes=6750732288",
      "log.retention.ms=270000000",
      "log.segment.bytes=268435456",
      "min.insync.replicas=2",
      "offsets.retention.minutes=10080",
      "offsets.topic.replication.factor=3",
      "transaction.state.log.min.isr=2",
      "transaction.state.log.replication.factor=3",
      "unclean.leader.election.enable=false",
    ]);
    const other = await run(
      { source: { ...create, kafkaVersion: "3.9.x.kraft", retention: { seconds: 100 * hour } } },
      { dryRun },
    );
    const changed = only(other.made, "aws:msk/configuration:Configuration").inputs;
    expect(changed["name"]).toBe(inputs["name"]);
    expect(changed["serverProperties"]).not.toBe(inputs["serverProperties"]);
  });

  test("keeps each login in a secret of its own, under our key, the password never in plain text", async () => {
    const { made } = await run({}, { dryRun });
    for (const [suffix, epoch] of [
      ["producer", undefined],
      ["clickhouse-1", "1"],
      ["clickhouse-2", "2"],
    ] as const) {
      const secret = only(made, "aws:secretsmanager/secret:Secret", `kafka-${suffix}`);
      expect(secret.inputs).toMatchObject({
        name: `AmazonMSK_acme-prod-g1-${epoch === undefined ? "producer" : `clickhouse-e${epoch}`}`,
        kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/secrets",
        recoveryWindowInDays: 7,
      });
      expect(secret.inputs["tags"]).toEqual({
        "recover:data": "credentials",
        ...(epoch === undefined ? {} : { "recover:epoch": epoch }),
      });
      const version = only(
        made,
        "aws:secretsmanager/secretVersion:SecretVersion",
        `kafka-${suffix}-version`,
      );
      if (!dryRun) expect(version.secrets).toEqual(["secretString"]);
      const association = only(
        made,
        "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation",
        `kafka-${suffix}-association`,
      );
      // A secret without a value cannot be associated.
      expect(association.dependsOn).toEqual([`kafka-${suffix}-version`]);
    }
  });

  test("lets in named clients alone, each by its port", async () => {
    const { made } = await run({}, { dryRun });
    const rules = made
      .filter(({ type }) => type.endsWith("SecurityGroupIngressRule"))
      .map(({ inputs }) => [
        inputs["referencedSecurityGroupId"],
        inputs["fromPort"],
        inputs["toPort"],
      ]);
    expect(rules.sort()).toEqual([
      ["sg-clickhouse", 9096, 9096],
      ["sg-clickhouse", 9098, 9098],
      ["sg-jobs", 9096, 9096],
      ["sg-jobs", 9098, 9098],
      ["sg-prometheus", 11_001, 11_001],
      ["sg-prometheus", 11_002, 11_002],
    ]);
    expect(JSON.stringify(made)).not.toContain("0.0.0.0/0");
  });

  test("grows its disks and never shrinks them", async () => {
    const { made } = await run({ source: { ...create, maxGibPerBroker: 500 } }, { dryRun });
    expect(only(made, "aws:appautoscaling/target:Target").inputs).toMatchObject({
      serviceNamespace: "kafka",
      scalableDimension: "kafka:broker-storage:VolumeSize",
      minCapacity: 1,
      maxCapacity: 500,
    });
    expect(only(made, "aws:appautoscaling/policy:Policy").inputs).toMatchObject({
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        disableScaleIn: true,
        predefinedMetricSpecification: { predefinedMetricType: "KafkaBrokerStorageUtilization" },
        targetValue: 60,
      },
    });
  });

  test("opens a private connection for Firehose only when it is the archive", async () => {
    const { made } = await run({ source: { ...create, forFirehose: true } }, { dryRun });
    expect(only(made, "aws:msk/cluster:Cluster").inputs).toMatchObject({
      brokerNodeGroupInfo: {
        connectivityInfo: {
          vpcConnectivity: { clientAuthentication: { sasl: { iam: true, scram: false } } },
        },
      },
    });
    const policy = only(made, "aws:msk/clusterPolicy:ClusterPolicy");
    if (dryRun) return;
    expect(JSON.parse(String(policy.inputs["policy"]))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "firehose.amazonaws.com" },
          Action: "kafka:CreateVpcConnection",
          Resource: clusterArn,
        },
      ],
    });
  });

  test("uses an adopted cluster and makes nothing but logins", async () => {
    const calls = {
      "aws:msk/getCluster:getCluster": () => ({
        arn: clusterArn,
        bootstrapBrokersSaslScram: "old:9096",
        bootstrapBrokersSaslIam: "old:9098",
      }),
    };
    const { made, seen } = await run({ source: { kind: "adopt", clusterArn } }, { dryRun, calls });
    const types = new Set(made.map(({ type }) => type).filter((type) => type.startsWith("aws:")));
    expect([...types].sort()).toEqual([
      "aws:msk/singleScramSecretAssociation:SingleScramSecretAssociation",
      "aws:secretsmanager/secret:Secret",
      "aws:secretsmanager/secretVersion:SecretVersion",
    ]);
    if (!dryRun) expect(seen).toMatchObject({ arn: clusterArn, bootstrapIam: "old:9098" });
  });
});

describe("what AwsKafka hands on", () => {
  test("addresses, logins with their secrets, and policies of the jobs", async () => {
    const { seen } = await run();
    expect(seen).toMatchObject({
      arn: clusterArn,
      bootstrapScram: "b-1.kafka:9096",
      bootstrapIam: "b-1.kafka:9098",
      producer: { username: "producer", password: "password-of-a-test" },
      consumers: [{ username: "clickhouse-e1" }, { username: "clickhouse-e2" }],
    });
    const policies = seen["policies"] as Record<string, string>;
    const group = kafkaArns(clusterArn).group("clickhouse");
    const access = Object.entries(policies).map(([job, text]) => [
      job,
      groupAccess(JSON.parse(text) as PolicyDocument, group),
    ]);
    expect(Object.fromEntries(access)).toEqual({
      topology: [],
      fence: ["kafka-cluster:DescribeGroup"],
      cursor: ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
      attacker: [],
    });
    const fence = JSON.parse(policies["fence"] ?? "") as PolicyDocument;
    for (const { secretArn } of seen["consumers"] as { secretArn: string }[]) {
      expect(allows(fence, "secretsmanager:GetSecretValue", secretArn)).toBe(true);
    }
    const { secretArn } = seen["producer"] as { secretArn: string };
    expect(allows(fence, "secretsmanager:GetSecretValue", secretArn)).toBe(false);
  });

  test("a transform has the last word, by parts or by a function", async () => {
    const { made } = await run({
      source: {
        ...create,
        transform: {
          cluster: (cluster) => ({ ...cluster, enhancedMonitoring: "PER_BROKER" }),
          configuration: { description: "ours" },
        },
      },
    });
    expect(only(made, "aws:msk/cluster:Cluster").inputs).toMatchObject({
      enhancedMonitoring: "PER_BROKER",
      numberOfBrokerNodes: 3,
    });
    expect(only(made, "aws:msk/configuration:Configuration").inputs["description"]).toBe("ours");
  });
});
