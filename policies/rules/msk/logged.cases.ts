import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { cluster } from "../../testing/kafka.ts";
import rule from "./logged.ts";

const cases: Cases = {
  rule,
  pass: [
    ...(["cloudwatchLogs", "firehose", "s3"] as const).map((where) => ({
      title: where,
      stack: (s: StackBuilder) =>
        cluster(s, { loggingInfo: { brokerLogs: { [where]: { enabled: true } } } }),
      of: ["kafka"],
    })),
  ],
  violation: [
    {
      title: "none",
      stack: (s) => cluster(s),
      says: "logs of Cluster kafka are on its brokers alone",
    },
    {
      title: "off",
      stack: (s) => cluster(s, { loggingInfo: { brokerLogs: { s3: { enabled: false } } } }),
      says: "alone",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        cluster(s, { loggingInfo: { brokerLogs: { cloudwatchLogs: { enabled: notKnown() } } } }),
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
