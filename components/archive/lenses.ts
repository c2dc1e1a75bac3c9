import { indexFolder, placePrefix, type ArchivePlace } from "./target.ts";

/*
 * The settings of the Lenses S3 sink. Every name was looked up in the connector's source
 * (github.com/lensesio/stream-reactor at c7218e6, May 2026: S3ConfigSettings, IndexSettings, FlushSettings,
 * PropsKeyEnum, PaddingService, CompressionCodecSettings, TraitConfigConst). An unknown name is
 * ignored by the connector without a word, so the test holds them against that list.
 */

/** When an object is closed: at whichever comes first. */
export interface Flush {
  /** @remarks Recovery: events that lie in Kafka alone are at most so old. */
  readonly seconds: number;
  readonly bytes: number;
  readonly records: number;
}

/**
 * The connector takes its own default for what is not above 0: an hour, 500 MB, without a word.
 *
 * @throws Error for such a value
 */
export function checkFlush(flush: Flush): Flush {
  for (const [name, value] of Object.entries(flush) as [string, number][]) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new Error(
      `archive.flush.${name} is ${value}: the connector would take its own default instead, for seconds an hour, and ` +
        "a lost region would take that much with it. Write a whole number above 0.",
    );
  }
  return flush;
}

/** As in `scripts/archive/layout.ts`: names sort by offset. */
const DIGITS = 12;

/**
 * Which topic goes where. No PARTITIONBY: the connector then files by topic and partition and names an
 * object by its last offset, which is our own layout (`{topic}/{partition}/{offset}_{from}_{to}.gz`).
 */
export function kcql(place: ArchivePlace, bucket: string, flush: Flush): string {
  const properties: Record<string, string | number | boolean> = {
    "store.envelope": true,
    "padding.type": "LeftPad",
    "padding.char": "0",
    "padding.length.partition": DIGITS,
    "padding.length.offset": DIGITS,
    "partition.include.keys": false,
    "flush.interval": flush.seconds,
    "flush.size": flush.bytes,
    "flush.count": flush.records,
  };
  const list = Object.entries(properties).map(
    ([name, value]) => `'${name}'=${typeof value === "string" ? `'${value}'` : String(value)}`,
  );
  return (
    `INSERT INTO \`${bucket}:${placePrefix(place)}\` SELECT * FROM \`${place.topic}\` ` +
    `STOREAS \`JSON\` PROPERTIES(${list.join(",")})`
  );
}

export interface LensesArgs {
  readonly place: ArchivePlace;
  readonly bucket: string;
  readonly region: string;
  readonly flush: Flush;
  readonly tasks: number;
}

const bytes = "org.apache.kafka.connect.converters.ByteArrayConverter";

/** The connector's whole configuration. */
export function lensesConfiguration(args: LensesArgs): Record<string, string> {
  return {
    "connector.class": "io.lenses.streamreactor.connect.aws.s3.sink.S3SinkConnector",
    "tasks.max": String(args.tasks),
    topics: args.place.topic,
    "connect.s3.kcql": kcql(args.place, args.bucket, args.flush),
    "connect.s3.aws.region": args.region,
    // The service's execution role.
    "connect.s3.aws.auth.mode": "Default",
    "connect.s3.exactly.once.enable": "true",
    "connect.s3.indexes.name": indexFolder(args.place),
    "connect.s3.compression.codec": "GZIP",
    // A tombstone is an offset that exists: left out, the proof would take it for a hole.
    "connect.s3.skip.null.values": "false",
    // NOOP goes on without what failed. Some minutes, then the task stops and its alarm rings.
    "connect.s3.error.policy": "RETRY",
    "connect.s3.max.retries": "20",
    "connect.s3.retry.interval": "30000",
    "connect.s3.http.max.retries": "10",
    "connect.s3.http.retry.interval": "200",
    // Bytes go through as they are: base64 with a flag in the envelope.
    "key.converter": bytes,
    "value.converter": bytes,
    // As bytes they would be base64 without a flag; the default makes numbers of what looks like one.
    "header.converter": "org.apache.kafka.connect.storage.StringConverter",
    "errors.tolerance": "none",
    "errors.log.enable": "true",
    // Events are personal data: not in logs.
    "errors.log.include.messages": "false",
    // An event of a transaction that was aborted is none; MSK Connect's workers cannot be told so.
    "consumer.override.isolation.level": "read_committed",
  };
}

/**
 * The workers' properties. The first start begins with the oldest event that Kafka has: the default would be
 * what arrives from then on.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-connect-supported-worker-config-properties.html
 */
export function workerProperties(): string {
  return [
    `key.converter=${bytes}`,
    `value.converter=${bytes}`,
    "consumer.auto.offset.reset=earliest",
    "consumer.allow.auto.create.topics=false",
    "",
  ].join("\n");
}
