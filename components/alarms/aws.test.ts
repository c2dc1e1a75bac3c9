import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { refusal } from "../../tests/components/kubernetes.ts";
import { AwsAlarms, type AwsAlarmsArgs } from "./aws.ts";
import { metrics } from "../../scripts/metrics/names.ts";

const type = "aws:cloudwatch/metricAlarm:MetricAlarm";

const given = (): Omit<AwsAlarmsArgs, "region"> => ({
  stack: "prod",
  line: "main",
  published: {
    backupAge: 7200,
    ledgerVerified: 1,
    proofAge: 90_000,
    archiveLag: 300,
    copyLag: 1800,
    leaseAge: 60,
    databaseAge: 1800,
  },
  replication: {
    rules: [
      { label: "archive", source: "a", destination: "b", ruleId: "all", quietMinutes: 30 },
      { label: "backups", source: "c", destination: "d", ruleId: "all", quietMinutes: 120 },
    ],
  },
  consumer: { cluster: "acme-kafka", group: "clickhouse", topic: "events", maxSeconds: 600 },
  emails: ["ops@example.org"],
});

async function record(change: Partial<AwsAlarmsArgs> = {}, dryRun = false) {
  let labels: string[] = [];
  const made = await recordAws(
    () => {
      const region = regionOf("eu-west-1");
      const alarms = new AwsAlarms("alarms", { region, ...given(), ...change });
      labels = Object.keys(alarms.alarms);
      return pulumi.output(alarms.topicArn);
    },
    { dryRun },
  );
  return { made, labels };
}

describe.each([true, false])("alarms (dry run %s)", (dryRun) => {
  let made: Made[];
  let alarms: Made[];
  beforeAll(async () => {
    ({ made } = await record({}, dryRun));
    alarms = made.filter((each) => each.type === type);
  });

  test("are there for everything that endangers a recovery", () => {
    expect(alarms.map((each) => each.name).sort()).toEqual([
      "alarms-archiveLag",
      "alarms-backupAge",
      "alarms-consumer",
      "alarms-copyLag",
      "alarms-databaseAge",
      "alarms-leaseAge",
      "alarms-ledgerVerified",
      "alarms-proofAge",
      "alarms-replication-archive",
      "alarms-replication-backups",
    ]);
  });

  test("are raised by silence, every one", () => {
    for (const alarm of alarms)
      expect(alarm.inputs["treatMissingData"], alarm.name).toBe("breaching");
  });

  test("look at what is published for this stack and line", () => {
    for (const [key, { name }] of Object.entries(metrics)) {
      expect(only(alarms, type, `alarms-${key}`).inputs).toMatchObject({
        namespace: "Recover",
        metricName: name,
        dimensions: { Stack: "prod", Line: "main" },
        period: 60,
        evaluationPeriods: 3,
      });
    }
    expect(only(alarms, type, "alarms-backupAge").inputs).toMatchObject({
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 7200,
    });
    // Here too little is too bad.
    expect(only(alarms, type, "alarms-ledgerVerified").inputs).toMatchObject({
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
    });
  });

  test("look at replication in one window as long as a bucket may be quiet", () => {
    expect(only(alarms, type, "alarms-replication-backups").inputs).toMatchObject({
      namespace: "AWS/S3",
      metricName: "ReplicationLatency",
      dimensions: { SourceBucket: "c", DestinationBucket: "d", RuleId: "all" },
      threshold: 900,
      period: 7200,
      evaluationPeriods: 1,
    });
  });

  test("look at ClickHouse's group", () => {
    expect(only(alarms, type, "alarms-consumer").inputs).toMatchObject({
      namespace: "AWS/Kafka",
      metricName: "EstimatedMaxTimeLag",
      dimensions: { "Cluster Name": "acme-kafka", "Consumer Group": "clickhouse", Topic: "events" },
      threshold: 600,
    });
  });

  test("have names that do not collide, tags, and a provider of their region", () => {
    expect(only(alarms, type, "alarms-leaseAge").inputs["name"]).toBe(
      "acme-prod-g1-alarms-leaseAge",
    );
    for (const each of made.filter(({ type: of }) => of.startsWith("aws:"))) {
      expect(each.provider, each.name).toBe("aws-eu-west-1");
      expect(each.parent).toBe("alarms");
      if (each.type === type || each.type.endsWith(":Topic")) {
        expect(each.inputs["tags"]).toEqual({ "recover:data": "none" });
      }
    }
  });

  test("tell one person, by email", () => {
    expect(only(made, "aws:sns/topicSubscription:TopicSubscription").inputs).toMatchObject({
      protocol: "email",
      endpoint: "ops@example.org",
    });
  });
});

test("alarms and their end go to the topic, which takes them of this account alone", async () => {
  const { made, labels } = await record();
  const arn = "arn:aws:mock:sns:alarms-topic";
  for (const alarm of made.filter((each) => each.type === type)) {
    expect(alarm.inputs).toMatchObject({ alarmActions: [arn], okActions: [arn] });
  }
  const policy = JSON.parse(
    String(only(made, "aws:sns/topicPolicy:TopicPolicy").inputs["policy"]),
  ) as { Statement: object[] };
  expect(policy.Statement).toEqual([
    {
      Effect: "Allow",
      Principal: { Service: ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] },
      Action: "sns:Publish",
      Resource: arn,
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  ]);
  expect(labels).toContain("replication-archive");
});

test("a region without consumers has alarms on what it has; a transform has the last say", async () => {
  const { made } = await record({
    published: { leaseAge: 60 },
    replication: { rules: [] },
    emails: [],
    kmsKeyArn: "arn:aws:kms:key",
    transform: (args, label) => ({ ...args, alarmDescription: `mine: ${label}` }),
  });
  expect(only(made, type, "alarms-leaseAge").inputs["alarmDescription"]).toBe("mine: leaseAge");
  expect(made.map((each) => each.name)).not.toContain("alarms-email-1");
  expect(only(made, "aws:sns/topic:Topic").inputs["kmsMasterKeyId"]).toBe("arn:aws:kms:key");
});

test.each<[string, Partial<AwsAlarmsArgs>, RegExp]>([
  [
    "a window of more than a day",
    {
      replication: {
        rules: [{ label: "x", source: "a", destination: "b", ruleId: "r", quietMinutes: 1441 }],
      },
    },
    /rule x is 1441: .*from 1 to 1440/,
  ],
  ["a threshold of nothing", { published: { leaseAge: 0 } }, /leaseAge is 0/],
])("%s is refused", async (_what, change, message) => {
  const said = await refusal(
    () => new AwsAlarms("a", { region: regionOf(), ...given(), ...change }),
  );
  expect(said).toMatch(message);
});

test("databases tell of what befalls them, where the region has any", async () => {
  const kind = "aws:rds/eventSubscription:EventSubscription";
  expect((await record()).made.filter((each) => each.type === kind)).toEqual([]);
  const { made } = await record({ databases: true });
  expect(only(made, kind).inputs).toMatchObject({
    name: "acme-prod-g1-alarms-databases",
    sourceType: "db-instance",
    snsTopic: "arn:aws:mock:sns:alarms-topic",
    eventCategories: expect.arrayContaining(["failure", "failover", "low storage"]) as unknown,
  });
});
