import { z } from "zod";
import { archivePaths } from "../../model/kafka.ts";
import { clickHouses } from "../../model/platform.ts";
import type { Stack } from "../../model/stack.ts";
import {
  defineRule,
  failIf,
  notApplicable,
  undecided,
  violation,
  type Verdict,
} from "../../rule.ts";
import { aws } from "../../types.ts";

interface Watched {
  readonly subject: string;
  readonly isThere: (stack: Stack) => boolean;
  /** Names of metrics, one of which has to have an alarm. */
  readonly metrics: RegExp;
  readonly write: string;
}

/** Metrics of https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html and its like. */
const watched: readonly Watched[] = [
  {
    subject: "replication of buckets",
    isThere: (stack) => stack.of(aws.bucketReplication).length > 0,
    metrics:
      /^(ReplicationLatency|BytesPendingReplication|OperationsPendingReplication|OperationsFailedReplication)$/,
    write: "AWS/S3 ReplicationLatency",
  },
  {
    subject: "the archive",
    isThere: (stack) => archivePaths(stack).length > 0,
    metrics:
      /^(DeliveryToS3\.DataFreshness|KafkaOffsetLag|SumOffsetLag|MaxOffsetLag|EstimatedMaxTimeLag)$|archive.*(lag|age)/i,
    write:
      "AWS/Firehose DeliveryToS3.DataFreshness, or AWS/Kafka EstimatedMaxTimeLag of the sink's group",
  },
  {
    subject: "the age of the newest backup",
    isThere: (stack) => clickHouses(stack).length > 0 || stack.of(aws.dbInstance).length > 0,
    metrics: /(backup|proof).*age|NumberOfBackupJobsFailed|NumberOfBackupJobsCompleted/i,
    write: "a metric such as BackupAge that the backup job writes, missing data as breaching",
  },
];

export default defineRule({
  id: "dr-alarms",
  severity: "high",
  title: "Somebody is told when copies, the archive or backups fall behind",
  remediation:
    "Add an `aws.cloudwatch.MetricAlarm` with alarmActions for each; treat missing data as breaching: no data is a red light.",
  covers: ["DR-24"],
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
  config: z.strictObject({}),
  check: ({ stack }) => {
    if (stack.role === "standby") {
      return [{ outcome: notApplicable("a standby writes nothing that could fall behind") }];
    }
    const alarms = stack.of(aws.alarm);
    const open = alarms.some((each) => each.has("metricQueries") || !each.isKnown("metricName"));
    const verdicts = watched
      .filter(({ isThere }) => isThere(stack))
      .map(({ subject, metrics, write }): Verdict => {
        const told = alarms.filter((each) => {
          const name = each.peek("metricName");
          return typeof name === "string" && metrics.test(name);
        });
        const [first] = told;
        if (first === undefined) {
          return {
            outcome: open
              ? undecided(`whether an alarm watches ${subject} cannot be seen`)
              : violation(`no alarm watches ${subject}: add a MetricAlarm of ${write}`),
          };
        }
        const acts = told.some(
          (each) => each.has("alarmActions") && each.peek("actionsEnabled") !== false,
        );
        return {
          outcome: failIf(
            !acts,
            `${first.label} watches ${subject} and tells nobody: set alarmActions`,
          ),
        };
      });
    return verdicts.length > 0
      ? verdicts
      : [{ outcome: notApplicable("nothing in the stack could fall behind") }];
  },
});
