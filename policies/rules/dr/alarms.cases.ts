import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { copiedBucket } from "../../testing/buckets.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { firehose } from "../../testing/kafka.ts";
import { clickHouse } from "../../testing/workloads.ts";
import rule from "./alarms.ts";

const alarm = (
  s: StackBuilder,
  metricName: string | undefined,
  more: Partial<aws.cloudwatch.MetricAlarmArgs> = {},
) =>
  s.add(aws.cloudwatch.MetricAlarm, `alarm-${s.built.length}`, {
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 1,
    alarmActions: ["arn:aws:sns:eu-central-1:123456789012:oncall"],
    ...(metricName === undefined ? {} : { metricName }),
    ...more,
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "all three",
      stack: (s) => {
        copiedBucket(s);
        firehose(s, "events");
        clickHouse(s, {});
        alarm(s, "ReplicationLatency");
        alarm(s, "DeliveryToS3.DataFreshness");
        alarm(s, "BackupAgeSeconds");
      },
    },
    {
      title: "the archive's own metric, beside a formula and an alarm that is off",
      stack: (s) => {
        firehose(s, "events");
        alarm(s, undefined, { metricQueries: [{ id: "e1", expression: "m1*2" }] });
        alarm(s, "archiveConsumerLag", { actionsEnabled: false });
        alarm(s, "archiveConsumerLag");
      },
    },
    {
      title: "only what is there",
      stack: (s) => {
        s.add(aws.rds.Instance, "db", { instanceClass: "x" });
        alarm(s, "NumberOfBackupJobsFailed");
      },
    },
  ],
  violation: [
    {
      title: "none of three",
      stack: (s) => {
        copiedBucket(s);
        firehose(s, "events");
        clickHouse(s, {});
        alarm(s, "CPUUtilization");
      },
      says: /watches replication of buckets: add a MetricAlarm of AWS\/S3[^]*watches the archive: add a MetricAlarm of AWS\/Firehose [^]*watches the age of the newest backup: add a MetricAlarm of a metric such as/,
    },
    {
      title: "metrics with names that are like theirs",
      stack: (s) => {
        copiedBucket(s);
        firehose(s, "events");
        alarm(s, "OldReplicationLatency");
        alarm(s, "ReplicationLatencyOfTables");
        alarm(s, "OldKafkaOffsetLag");
        alarm(s, "KafkaOffsetLagOfOthers");
      },
      says: /watches replication of buckets[^]*watches the archive/,
    },
    {
      title: "it tells nobody",
      stack: (s) => {
        copiedBucket(s);
        alarm(s, "ReplicationLatency", { alarmActions: [] });
      },
      says: "MetricAlarm alarm-5 watches replication of buckets and tells nobody: set alarmActions",
    },
    {
      title: "its actions are off",
      stack: (s) => {
        copiedBucket(s);
        alarm(s, "ReplicationLatency", { actionsEnabled: false });
      },
      says: "tells nobody",
    },
  ],
  unknown: [
    {
      title: "a metric that is not known",
      stack: (s) => {
        copiedBucket(s);
        s.add(aws.cloudwatch.MetricAlarm, "alarm", {
          comparisonOperator: "GreaterThanThreshold",
          evaluationPeriods: 1,
          metricName: notKnown(),
        });
      },
      says: "whether an alarm watches replication of buckets cannot be seen",
    },
    {
      title: "a formula",
      stack: (s) => {
        copiedBucket(s);
        alarm(s, "CPUUtilization");
        alarm(s, undefined, { metricQueries: [{ id: "e1", expression: "m1*2" }] });
      },
    },
  ],
  notApplicable: [
    {
      title: "nothing to watch",
      stack: (s) => s.add(aws.kms.Key, "key", {}),
      says: "nothing in the stack could fall behind",
    },
    {
      title: "a standby",
      stack: (s) => s.add(aws.rds.Instance, "db", { instanceClass: "x" }),
      objectives: { role: "standby" },
      says: "a standby writes nothing that could fall behind",
    },
  ],
};
export default cases;
