import { describe, expect, test } from "vitest";
import { buildKey, parseKey } from "../../scripts/archive/layout.ts";
import { checkFlush, kcql, lensesConfiguration, workerProperties } from "./lenses.ts";
import { indexFolder, type ArchivePlace } from "./target.ts";

/*
 * Holds our settings against the connector's source at c7218e6 (github.com/lensesio/stream-reactor). What it does
 * not prove: that the release which a user fetches reads them so.
 */
const place: ArchivePlace = {
  epoch: 7,
  line: "main",
  clusterId: "Ck-9_xYz01234567890abc",
  topicId: "Tq-8_aBc01234567890xyz",
  topic: "events.v1",
};
const flush = { seconds: 60, bytes: 1000, records: 10 };
const configuration = lensesConfiguration({
  place,
  bucket: "acme-archive",
  region: "eu-central-1",
  flush,
  tasks: 8,
});

/** S3ConfigSettings, IndexSettings, SkipNullSettings, CompressionCodecSettings, TraitConfigConst, KcqlSettings. */
const known = [
  "connect.s3.aws.auth.mode",
  "connect.s3.aws.region",
  "connect.s3.compression.codec",
  "connect.s3.error.policy",
  "connect.s3.exactly.once.enable",
  "connect.s3.http.max.retries",
  "connect.s3.http.retry.interval",
  "connect.s3.indexes.name",
  "connect.s3.kcql",
  "connect.s3.max.retries",
  "connect.s3.retry.interval",
  "connect.s3.skip.null.values",
];
/** PropsKeyEnum, as far as a sink reads them (SinkPropsSchema); `padding.length.` takes a field's name. */
const knownProperties = [
  "flush.count",
  "flush.interval",
  "flush.size",
  "padding.char",
  "padding.length.offset",
  "padding.length.partition",
  "padding.type",
  "partition.include.keys",
  "store.envelope",
];

/** `'name'=value` pairs of the PROPERTIES clause. */
function properties(query: string): Map<string, string> {
  const clause = /PROPERTIES\((.*)\)$/.exec(query)?.[1] ?? "";
  return new Map(
    [...clause.matchAll(/'([^']+)'=('[^']*'|[^,]+)/g)].map((pair) => [
      pair[1] ?? "",
      (pair[2] ?? "").replaceAll("'", ""),
    ]),
  );
}

describe("the connector's configuration", () => {
  test("uses the connector's names and no other", () => {
    const ours = Object.keys(configuration).filter((name) => name.startsWith("connect.s3."));
    expect(ours.sort()).toEqual(known);
    expect([...properties(configuration["connect.s3.kcql"] ?? "").keys()].sort()).toEqual(
      knownProperties,
    );
  });

  test("keeps every byte, and stops rather than going on without a record", () => {
    expect(configuration).toMatchObject({
      "connector.class": "io.lenses.streamreactor.connect.aws.s3.sink.S3SinkConnector",
      topics: "events.v1",
      "tasks.max": "8",
      "key.converter": "org.apache.kafka.connect.converters.ByteArrayConverter",
      "value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter",
      "header.converter": "org.apache.kafka.connect.storage.StringConverter",
      "connect.s3.exactly.once.enable": "true",
      "connect.s3.skip.null.values": "false",
      "connect.s3.error.policy": "RETRY",
      "connect.s3.aws.region": "eu-central-1",
      "errors.tolerance": "none",
      "errors.log.include.messages": "false",
      "consumer.override.isolation.level": "read_committed",
    });
  });

  test("begins with the oldest event", () => {
    expect(workerProperties().split("\n")).toContain("consumer.auto.offset.reset=earliest");
  });
});

describe("the query", () => {
  const query = kcql(place, "acme-archive", flush);

  test("names bucket, prefix and topic so that nothing in them is read as a keyword", () => {
    expect(query).toMatch(
      /^INSERT INTO `acme-archive:e7\/Ck-9_xYz01234567890abc\/Tq-8_aBc01234567890xyz` SELECT \* FROM `events\.v1` STOREAS `JSON` PROPERTIES\(/,
    );
    expect(query).not.toMatch(/PARTITIONBY|WITH_FLUSH|WITHPARTITIONER/);
  });

  test("asks for the envelope, and closes objects when asked to", () => {
    const all = properties(query);
    expect(all.get("store.envelope")).toBe("true");
    expect(all.get("flush.interval")).toBe("60");
    expect(all.get("flush.size")).toBe("1000");
    expect(all.get("flush.count")).toBe("10");
  });

  test("files objects where our reader looks for them", () => {
    const all = properties(query);
    // As CloudKeyNamer and OffsetFileNamer do without PARTITIONBY, for compression GZIP.
    const [, bucketAndPrefix = ""] = /INSERT INTO `([^`]+)`/.exec(query) ?? [];
    const pad = (field: string, value: number): string =>
      String(value).padStart(
        Number(all.get(`padding.length.${field}`)),
        all.get("padding.type") === "LeftPad" ? all.get("padding.char") : "?",
      );
    const prefix = bucketAndPrefix.split(":")[1] ?? "";
    const key = `${prefix}/${place.topic}/${pad("partition", 3)}/${pad("offset", 42)}_1700000000001_1700000000009.gz`;
    const expected = {
      ...place,
      partition: 3,
      lastOffset: 42,
      earliest: 1_700_000_000_001,
      latest: 1_700_000_000_009,
    };
    expect(parseKey(key)).toEqual({ ...expected, extension: "gz" });
    expect(key).toBe(buildKey(expected).replace(/json\.zst$/, "gz"));
  });
});

describe("where the connector keeps how far it is", () => {
  test("is no archive object's place, and another one for each epoch, cluster and topic id", () => {
    const others = [
      { ...place, epoch: 8 },
      { ...place, clusterId: "other" },
      { ...place, topicId: "other" },
      { ...place, line: "drill-x" },
    ];
    const folders = [place, ...others].map(indexFolder);
    expect(new Set(folders).size).toBe(folders.length);
    for (const folder of folders) {
      // The reader lists `e{n}/` at the top, and below a drill's line.
      expect(folder.startsWith(".indexes/")).toBe(true);
      expect(parseKey(`${folder}/acme-archive/.locks/events.v1/3.lock`)).toBeUndefined();
    }
    expect(configuration["connect.s3.indexes.name"]).toBe(indexFolder(place));
  });
});

test.each([{ seconds: 0 }, { seconds: 0.5 }, { bytes: -1 }, { records: Number.NaN }])(
  "refuses to flush at %j, for which the connector would take an hour or more",
  (changed) => {
    expect(checkFlush(flush)).toBe(flush);
    expect(() => checkFlush({ ...flush, ...changed })).toThrow(/take its own default instead/);
  },
);
