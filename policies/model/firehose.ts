import type { Resource } from "./resource.ts";
import type { Reader } from "./value.ts";

/** Where each destination keeps its settings; all but S3 keep what fails in a bucket of their own setting. */
const places: Readonly<Record<string, string>> = {
  extended_s3: "extendedS3Configuration",
  redshift: "redshiftConfiguration",
  elasticsearch: "elasticsearchConfiguration",
  opensearch: "opensearchConfiguration",
  opensearchserverless: "opensearchserverlessConfiguration",
  splunk: "splunkConfiguration",
  http_endpoint: "httpEndpointConfiguration",
  snowflake: "snowflakeConfiguration",
  iceberg: "icebergConfiguration",
};

/** Settings of a stream's destination. Undefined for one that is not known here. @throws NotKnown */
export function destinationOf(stream: Resource): Reader | undefined {
  const place = places[String(stream.string("destination"))];
  return place === undefined ? undefined : stream.at(place);
}

/** Settings of the bucket that a stream writes to, be it only what it could not deliver. */
export function bucketOf(stream: Resource): Reader | undefined {
  const destination = destinationOf(stream);
  return destination?.path === "extendedS3Configuration"
    ? destination
    : destination?.at("s3Configuration");
}

/** What hands the stream its records, when that is no caller of its API. */
export function sourceOf(stream: Resource): "Kafka" | "Kinesis" | undefined {
  if (stream.has("mskSourceConfiguration")) return "Kafka";
  return stream.has("kinesisSourceConfiguration") ? "Kinesis" : undefined;
}
