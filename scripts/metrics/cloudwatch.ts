import { ambientCredentials, type AwsCredentials } from "../aws/credentials.ts";
import { awsQuery } from "../aws/query.ts";
import { dimensions, namespace } from "./names.ts";
import type { MetricValue } from "./values.ts";

/** Takes the values of one minute. */
export type MetricSink = (values: readonly MetricValue[], at: Date) => Promise<void>;

export interface CloudWatchArgs {
  /** Where the alarms are: the standby's. */
  readonly region: string;
  readonly stack: string;
  readonly line: string;
  /** @default CloudWatch's own in that region */
  readonly endpoint?: string;
  /** @default what this process is */
  readonly credentials?: () => Promise<AwsCredentials>;
}

/**
 * CloudWatch, one call for all values.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export function cloudWatch(args: CloudWatchArgs): MetricSink {
  const { region, endpoint, credentials = ambientCredentials(region) } = args;
  const service = {
    host: "monitoring",
    label: "CloudWatch",
    region,
    credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  return async (values, at) => {
    if (values.length === 0) return;
    await awsQuery(service, "PutMetricData", "2010-08-01", metricForm(args, values, at));
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
