import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { firehose, firehoseToHttp, ofKafka } from "../../testing/streams.ts";
import rule from "./errors-logged.ts";

const complete = { enabled: true, logGroupName: "archive", logStreamName: "delivery" };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "into a group of the stack",
      stack: (s) => {
        const group = s.add(aws.cloudwatch.LogGroup, "logs", {});
        const stream = s.add(aws.cloudwatch.LogStream, "log", { logGroupName: group.out("name") });
        firehose(
          s,
          {
            cloudwatchLoggingOptions: {
              enabled: true,
              logGroupName: group.out("name"),
              logStreamName: stream.out("name"),
            },
          },
          ofKafka,
        );
      },
      of: ["archive"],
    },
    {
      title: "of another destination",
      stack: (s) => firehoseToHttp(s, {}, { cloudwatchLoggingOptions: complete }),
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => firehose(s),
      says: "FirehoseDeliveryStream archive does not log its errors: set extendedS3Configuration.cloudwatchLoggingOptions.enabled to true",
      of: ["archive"],
    },
    {
      title: "off",
      stack: (s) => firehose(s, { cloudwatchLoggingOptions: { ...complete, enabled: false } }),
      says: "does not log its errors",
    },
    ...(["logGroupName", "logStreamName"] as const).map((field) => {
      const { [field]: _, ...cloudwatchLoggingOptions } = complete;
      return {
        title: `without ${field}`,
        stack: (s: Parameters<typeof firehose>[0]) => firehose(s, { cloudwatchLoggingOptions }),
        says: "logs its errors nowhere: set logGroupName and logStreamName of",
      };
    }),
    {
      title: "of another destination: its bucket's log is not its own",
      stack: (s) => firehoseToHttp(s, { cloudwatchLoggingOptions: complete }),
      says: "set httpEndpointConfiguration.cloudwatchLoggingOptions.enabled",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => firehose(s, { cloudwatchLoggingOptions: { ...complete, enabled: notKnown() } }),
      says: "extendedS3Configuration.cloudwatchLoggingOptions.enabled of FirehoseDeliveryStream archive is not known",
    },
  ],
  notApplicable: [
    { title: "no stream", stack: (s) => s.add(aws.s3.Bucket, "events", {}) },
    {
      title: "a destination of a later version",
      stack: (s) => firehose(s, {}, { destination: "tables" }),
      says: "none that is known here",
    },
  ],
};
export default cases;
