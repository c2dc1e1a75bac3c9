import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "msk-logged",
  severity: "medium",
  title: "Logs of the brokers leave the brokers",
  remediation: "Turn on one of cloudwatchLogs, firehose or s3 in `loggingInfo.brokerLogs`.",
  covers: ["CKV_AWS_80", "AWS-0074", "NAG-MSK6"],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-logging.html",
  config: z.strictObject({}),
  check: each(aws.mskCluster, (cluster) => {
    const logs = cluster.at("loggingInfo.brokerLogs");
    const on = ["cloudwatchLogs", "firehose", "s3"].some(
      (each) => logs.boolean(`${each}.enabled`) === true,
    );
    return failIf(
      !on,
      `logs of ${cluster.label} are on its brokers alone: turn on cloudwatchLogs, firehose or s3 in loggingInfo.brokerLogs`,
    );
  }),
});
