import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { firehose, firehoseToHttp, ofKafka } from "../../testing/streams.ts";
import rule from "./failures-kept.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "beside the archive",
      stack: (s) =>
        firehose(
          s,
          {
            bucketArn: s.add(aws.s3.Bucket, "events", {}).arn,
            prefix: "events/!{timestamp:yyyy/MM/dd}/",
            errorOutputPrefix: "failed/!{firehose:error-output-type}/",
          },
          ofKafka,
        ),
      of: ["archive"],
    },
    {
      title: "a place that is not known yet, of another destination",
      stack: (s) => firehoseToHttp(s, { errorOutputPrefix: notKnown() }),
    },
    {
      title: "neither place is known yet",
      stack: (s) => firehose(s, { prefix: notKnown(), errorOutputPrefix: notKnown() }),
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => firehose(s, { prefix: "events/" }),
      says: "FirehoseDeliveryStream archive names no place for records that fail: set extendedS3Configuration.errorOutputPrefix",
      of: ["archive"],
    },
    {
      title: "the same place",
      stack: (s) => firehose(s, { prefix: "events/", errorOutputPrefix: "events/" }),
      says: "mixes records that fail with the others: set extendedS3Configuration.errorOutputPrefix apart",
    },
    {
      title: "of another destination",
      stack: (s) => firehoseToHttp(s),
      says: "set httpEndpointConfiguration.s3Configuration.errorOutputPrefix",
    },
  ],
  unknown: [
    {
      title: "which destination is not known",
      stack: (s) => firehose(s, {}, { destination: notKnown() }),
      says: "destination of FirehoseDeliveryStream archive is not known",
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
