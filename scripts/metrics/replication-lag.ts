import { awsQuery, type QueryAccess } from "../aws/query.ts";

/** One rule of S3's replication, as CloudWatch tells them apart. */
export interface ReplicationRule {
  readonly source: string;
  readonly destination: string;
  readonly ruleId: string;
}

/** The worst of all rules. */
export interface ReplicationLag {
  /** Objects that have not arrived. */
  readonly pending: number;
  /** How far the copy is behind. */
  readonly seconds: number;
}

/** Its region is that of the source buckets. */
export interface ReplicationArgs extends QueryAccess {
  readonly rules: readonly ReplicationRule[];
}

/** S3 publishes them every minute while a rule has something to do, some minutes late. */
const windowSeconds = 900;

/**
 * How far S3 is behind with its copies, by its own metrics of the last quarter of an hour.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/viewing-replication-metrics.html
 *
 * @returns undefined when a rule has said nothing: then it is not known
 */
export async function replicationLag(
  args: ReplicationArgs,
  now: number,
): Promise<ReplicationLag | undefined> {
  const { rules } = args;
  if (rules.length === 0) return undefined;
  const newest = async (metric: string, rule: ReplicationRule): Promise<number | undefined> =>
    newestMaximum(
      await awsQuery("cloudwatch", args, "GetMetricStatistics", {
        Namespace: "AWS/S3",
        MetricName: metric,
        "Dimensions.member.1.Name": "SourceBucket",
        "Dimensions.member.1.Value": rule.source,
        "Dimensions.member.2.Name": "DestinationBucket",
        "Dimensions.member.2.Value": rule.destination,
        "Dimensions.member.3.Name": "RuleId",
        "Dimensions.member.3.Value": rule.ruleId,
        StartTime: new Date(now - windowSeconds * 1000).toISOString(),
        EndTime: new Date(now).toISOString(),
        Period: "60",
        "Statistics.member.1": "Maximum",
      }),
    );
  const found = await Promise.all(
    rules.map(async (rule) => ({
      pending: await newest("OperationsPendingReplication", rule),
      seconds: await newest("ReplicationLatency", rule),
    })),
  );
  const known = found.flatMap(({ pending, seconds }) =>
    pending === undefined || seconds === undefined ? [] : [{ pending, seconds }],
  );
  if (known.length < rules.length) return undefined;
  return {
    pending: known.reduce((sum, { pending }) => sum + pending, 0),
    seconds: Math.max(...known.map(({ seconds }) => seconds)),
  };
}

/** Of the latest datapoint; CloudWatch gives them in no order. */
export function newestMaximum(xml: string): number | undefined {
  const points = [...xml.matchAll(/<member>(.*?)<\/member>/gs)].flatMap(([, point = ""]) => {
    const time = /<Timestamp>([^<]+)</.exec(point)?.[1];
    const value = /<Maximum>([^<]+)</.exec(point)?.[1];
    return time === undefined || value === undefined
      ? []
      : [{ time: Date.parse(time), value: Number(value) }];
  });
  return points.sort((a, b) => b.time - a.time)[0]?.value;
}
