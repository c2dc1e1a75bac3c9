import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import rule from "./kept.ts";

const stream = (s: StackBuilder, args: aws.kinesis.StreamArgs, name = "events") =>
  s.add(aws.kinesis.Stream, name, args);

const cases: Cases = {
  rule,
  pass: [
    {
      title: "exactly as long as wanted, and longer",
      stack: (s) => {
        stream(s, { retentionPeriod: 168 });
        stream(s, { retentionPeriod: 8760 }, "orders");
      },
      of: ["events", "orders"],
    },
    { title: "a day is enough", stack: (s) => stream(s, {}), config: { minimumHours: 24 } },
  ],
  violation: [
    {
      title: "nothing set, and an hour too short",
      stack: (s) => {
        stream(s, {});
        stream(s, { retentionPeriod: 167 }, "orders");
      },
      says: /events keeps records for 24 hours, 168 are wanted: raise retentionPeriod\n.*orders keeps records for 167/,
      of: ["events", "orders"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => stream(s, { retentionPeriod: notKnown() }),
      says: "retentionPeriod of Stream events is not known",
    },
  ],
  notApplicable: [{ title: "no stream", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
