import { awsQuery, type QueryAccess } from "../aws/query.ts";
import { dimensions, namespace } from "./names.ts";
import type { MetricValue } from "./values.ts";

/** Takes the values of one minute. */
export type MetricSink = (values: readonly MetricValue[], at: Date) => Promise<void>;

/** Its region is the one where the alarms are: the standby's. */
export interface CloudWatchArgs extends QueryAccess {
  readonly stack: string;
  readonly line: string;
}

/**
 * CloudWatch, one call for all values.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export function cloudWatch(args: CloudWatchArgs): MetricSink {
  return async (values, at) => {
    if (values.length === 0) return;
    await awsQuery("cloudwatch", args, "PutMetricData", metricForm(args, values, at));
  };
}

/** The values as the query API takes them. */
export function metricForm(
  { stack, line }: Pick<CloudWatchArgs, "stack" | "line">,
  values: readonly MetricValue[],
  at: Date,
): Record<string, string> {
  const form: Record<string, string> = { Namespace: namespace };
  for (const [index, { name, value }] of values.entries()) {
    const of = `MetricData.member.${index + 1}`;
    Object.assign(form, {
      [`${of}.MetricName`]: name,
      [`${of}.Timestamp`]: at.toISOString(),
      [`${of}.Value`]: String(value),
      [`${of}.Unit`]: name.endsWith("Seconds") ? "Seconds" : "None",
      [`${of}.Dimensions.member.1.Name`]: dimensions.stack,
      [`${of}.Dimensions.member.1.Value`]: stack,
      [`${of}.Dimensions.member.2.Name`]: dimensions.line,
      [`${of}.Dimensions.member.2.Value`]: line,
    });
  }
  return form;
}
