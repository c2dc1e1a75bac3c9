import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, physicalName, type AwsRegion } from "../aws/context.ts";
import { actingFor } from "../aws/iam.ts";
import { dimensions, metrics, namespace, type MetricKey } from "../../scripts/metrics/names.ts";

type AlarmArgs = aws.cloudwatch.MetricAlarmArgs;

/** One rule of a bucket's replication. */
export interface ReplicationRule {
  /** For the alarm's name, for example `archive`. */
  readonly label: string;
  readonly source: pulumi.Input<string>;
  readonly destination: pulumi.Input<string>;
  readonly ruleId: pulumi.Input<string>;
  /**
   * How long the bucket may be without a write: S3 tells a latency only while there is something to
   * replicate, and silence is an alarm. At most a day.
   */
  readonly quietMinutes: number;
}

export interface AwsAlarmsArgs {
  /** Alarms lie where their metrics do; what is published by us should be in the standby's region. */
  readonly region: AwsRegion;
  /** Which stack and line the published values are about. */
  readonly stack: string;
  readonly line: string;
  /**
   * What is too much (`ledgerVerified`: too little), in the metric's unit. One that is left out has no alarm
   * in this region.
   * @remarks Recovery: derived from the objectives: what passes a threshold endangers RPO or RTO.
   */
  readonly published: Readonly<Partial<Record<MetricKey, number>>>;
  /** @default none in this region */
  readonly replication?: {
    readonly rules: readonly ReplicationRule[];
    /** @default 900, which is what S3 replication time control promises */
    readonly maxSeconds?: number;
  };
  /** @default none in this region */
  readonly consumer?: {
    /** Name of the MSK cluster. */
    readonly cluster: pulumi.Input<string>;
    readonly group: string;
    readonly topic: string;
    readonly maxSeconds: number;
  };
  /** Whether databases of this region tell of failure, failover and low storage. @default false */
  readonly databases?: boolean;
  /** Who is told. @default nobody but those who subscribe to the topic themselves */
  readonly emails?: readonly string[];
  /** A key of this region whose policy lets CloudWatch use it. @default none: the topic is not encrypted */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /** Last say over every alarm. */
  readonly transform?: (args: AlarmArgs, label: string) => AlarmArgs;
}

const minute = 60;

/**
 * Alarms on everything that would make a recovery late, incomplete or impossible, and one topic for all.
 * No data is an alarm: what says nothing may be dead.
 *
 * @remarks Recovery: a protection that stopped working is found while the primary still lives.
 */
export class AwsAlarms extends pulumi.ComponentResource {
  readonly topicArn: pulumi.Output<string>;
  /** ARNs by label. */
  readonly alarms: Readonly<Record<string, pulumi.Output<string>>>;

  private readonly args: AwsAlarmsArgs;
  private readonly name: string;
  private readonly options: pulumi.CustomResourceOptions;

  constructor(name: string, args: AwsAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:alarms:AwsAlarms", name, {}, opts);
    check(args);
    this.args = args;
    this.name = name;
    this.options = { parent: this, provider: args.region.provider };
    this.topicArn = this.createTopic();
    this.alarms = {
      ...this.createPublished(),
      ...this.createReplication(),
      ...this.createConsumer(),
    };
    if (args.databases === true) this.createDatabaseEvents();
    this.registerOutputs({ topicArn: this.topicArn, alarms: this.alarms });
  }

  /** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html */
  private createDatabaseEvents(): void {
    const { region } = this.args;
    new aws.rds.EventSubscription(
      `${this.name}-databases`,
      {
        name: physicalName(region, `${this.name}-databases`, 255),
        snsTopic: this.topicArn,
        sourceType: "db-instance",
        eventCategories: ["availability", "failover", "failure", "low storage", "maintenance"],
        tags: dataTags("none"),
      },
      this.options,
    );
  }

  private createTopic(): pulumi.Output<string> {
    const { region, kmsKeyArn, emails = [] } = this.args;
    const topic = new aws.sns.Topic(
      `${this.name}-topic`,
      {
        name: physicalName(region, this.name, 256),
        tags: dataTags("none"),
        ...(kmsKeyArn === undefined ? {} : { kmsMasterKeyId: kmsKeyArn }),
      },
      this.options,
    );
    new aws.sns.TopicPolicy(
      `${this.name}-publishers`,
      {
        arn: topic.arn,
        policy: pulumi.all([topic.arn, region.accountId]).apply(([arn, account]) =>
          JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Principal: { Service: ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] },
                Action: "sns:Publish",
                Resource: arn,
                // Alarms and events of this account alone.
                Condition: actingFor(account),
              },
            ],
          }),
        ),
      },
      this.options,
    );
    for (const [index, endpoint] of emails.entries()) {
      new aws.sns.TopicSubscription(
        `${this.name}-email-${index + 1}`,
        { topic: topic.arn, protocol: "email", endpoint },
        this.options,
      );
    }
    return topic.arn;
  }

  private createPublished(): Record<string, pulumi.Output<string>> {
    const { published, stack, line } = this.args;
    return Object.fromEntries(
      (Object.entries(published) as [MetricKey, number][]).map(([key, threshold]) => {
        const { name, says } = metrics[key];
        const low = key === "ledgerVerified";
        return [
          key,
          this.alarm(key, {
            alarmDescription: `${says}; alarm ${low ? "below" : "above"} ${threshold}, or without data.`,
            namespace,
            metricName: name,
            dimensions: { [dimensions.stack]: stack, [dimensions.line]: line },
            statistic: low ? "Minimum" : "Maximum",
            comparisonOperator: low ? "LessThanThreshold" : "GreaterThanThreshold",
            threshold,
            period: minute,
            // One lost value is no disaster, three in a row are a publisher that is gone.
            evaluationPeriods: 3,
          }),
        ];
      }),
    );
  }

  private createReplication(): Record<string, pulumi.Output<string>> {
    const { rules = [], maxSeconds = 900 } = this.args.replication ?? {};
    return Object.fromEntries(
      rules.map(({ label, source, destination, ruleId, quietMinutes }) => [
        `replication-${label}`,
        this.alarm(`replication-${label}`, {
          alarmDescription:
            `Seconds that the standby's ${label} bucket is behind; alarm above ${maxSeconds}, or ` +
            `without data for ${quietMinutes} minutes.`,
          namespace: "AWS/S3",
          metricName: "ReplicationLatency",
          dimensions: { SourceBucket: source, DestinationBucket: destination, RuleId: ruleId },
          statistic: "Maximum",
          comparisonOperator: "GreaterThanThreshold",
          threshold: maxSeconds,
          // One window: its largest value is too late, or there is none in all of it.
          period: quietMinutes * minute,
          evaluationPeriods: 1,
        }),
      ]),
    );
  }

  private createConsumer(): Record<string, pulumi.Output<string>> {
    const { consumer } = this.args;
    if (consumer === undefined) return {};
    const { cluster, group, topic, maxSeconds } = consumer;
    return {
      consumer: this.alarm("consumer", {
        alarmDescription:
          `Seconds that ClickHouse's group ${group} is behind ${topic}; alarm above ${maxSeconds}, or ` +
          "without data: MSK tells it only while the group is stable or empty.",
        namespace: "AWS/Kafka",
        metricName: "EstimatedMaxTimeLag",
        dimensions: { "Cluster Name": cluster, "Consumer Group": group, Topic: topic },
        statistic: "Maximum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: maxSeconds,
        period: minute,
        evaluationPeriods: 5,
      }),
    };
  }

  private alarm(label: string, args: AlarmArgs): pulumi.Output<string> {
    const { region } = this.args;
    const transform = this.args.transform ?? ((same: AlarmArgs) => same);
    const actions = [this.topicArn];
    const all: AlarmArgs = {
      ...args,
      name: physicalName(region, `${this.name}-${label}`, 255),
      treatMissingData: "breaching",
      alarmActions: actions,
      okActions: actions,
      tags: dataTags("none"),
    };
    return new aws.cloudwatch.MetricAlarm(
      `${this.name}-${label}`,
      transform(all, label),
      this.options,
    ).arn;
  }
}

/** The longest window of an alarm with one period (CloudWatch). */
const longestQuietMinutes = 24 * 60;

function check({ replication, published }: AwsAlarmsArgs): void {
  for (const { label, quietMinutes } of replication?.rules ?? []) {
    if (Number.isInteger(quietMinutes) && quietMinutes > 0 && quietMinutes <= longestQuietMinutes) {
      continue;
    }
    throw new Error(
      `quietMinutes of the replication rule ${label} is ${quietMinutes}: an alarm looks at most a day back. ` +
        `Write a whole number from 1 to ${longestQuietMinutes}, more than the time between two writes.`,
    );
  }
  for (const [key, threshold] of Object.entries(published)) {
    if (threshold > 0) continue;
    throw new Error(
      `The threshold of ${key} is ${threshold}: such an alarm would always be on, or never. Write what the ` +
        "objectives allow, in the metric's unit, or leave it out.",
    );
  }
}
