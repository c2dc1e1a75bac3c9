import * as aws from "@pulumi/aws";
import type { Built, StackBuilder } from "./builder.ts";

type Args = aws.kinesis.FirehoseDeliveryStreamArgs;
type S3 = aws.types.input.kinesis.FirehoseDeliveryStreamExtendedS3Configuration;

const roleArn = "arn:aws:iam::123456789012:role/archive";

/** A stream into a bucket. */
export function firehose(
  s: StackBuilder,
  s3: Partial<S3> = {},
  more: Partial<Args> = {},
  name = "archive",
): Built {
  return s.add(aws.kinesis.FirehoseDeliveryStream, name, {
    destination: "extended_s3",
    extendedS3Configuration: { roleArn, bucketArn: "arn:aws:s3:::elsewhere", ...s3 },
    ...more,
  });
}

/** Reads a topic. */
export const ofKafka: Partial<Args> = {
  mskSourceConfiguration: {
    mskClusterArn: "arn:aws:kafka:eu-central-1:123456789012:cluster/events/1",
    topicName: "events",
    authenticationConfiguration: { connectivity: "PRIVATE", roleArn },
  },
};

/** Reads a Kinesis stream. */
export const ofKinesis: Partial<Args> = {
  kinesisSourceConfiguration: {
    kinesisStreamArn: "arn:aws:kinesis:eu-central-1:123456789012:stream/events",
    roleArn,
  },
};

type Http = aws.types.input.kinesis.FirehoseDeliveryStreamHttpEndpointConfiguration;
type HttpS3 =
  aws.types.input.kinesis.FirehoseDeliveryStreamHttpEndpointConfigurationS3Configuration;

/** A stream to a service elsewhere; what that one does not take goes into a bucket. */
export function firehoseToHttp(
  s: StackBuilder,
  s3: Partial<HttpS3> = {},
  more: Partial<Http> = {},
): Built {
  return s.add(aws.kinesis.FirehoseDeliveryStream, "archive", {
    destination: "http_endpoint",
    httpEndpointConfiguration: {
      url: "https://events.example",
      s3Configuration: { roleArn, bucketArn: "arn:aws:s3:::elsewhere", ...s3 },
      ...more,
    },
  });
}
