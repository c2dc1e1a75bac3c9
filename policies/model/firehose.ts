import type { Resource } from "./resource.ts";
import type { Reader } from "./value.ts";

/** Settings of a stream's destination: `http_endpoint` has them in `httpEndpointConfiguration`. @throws NotKnown */
export function destinationOf(stream: Resource): Reader | undefined {
  const destination = String(stream.string("destination"));
  const name = destination.replace(/_(.)/, (_, letter: string) => letter.toUpperCase());
  const place = `${name}Configuration`;
  return stream.has(place) ? stream.at(place) : undefined;
}

/** Settings of the bucket that a stream writes to: all but S3 keep what they could not deliver in one of its own setting. */
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
