import { describe, expect, test } from "vitest";
import { factsOf, stackOf as stackOfAll } from "../testing/facts.ts";
import { aws, custom } from "../types.ts";
import {
  archivePaths,
  brokerRetentionSeconds,
  internalTopic,
  isSink,
  parseProperties,
  retentionOf,
  topicOf,
} from "./kafka.ts";
import { Resource, type ResourceFacts } from "./resource.ts";
import { unknown, type Branch } from "./value.ts";

const facts = (type: string, outputs: Branch, name = "it") => factsOf(type, { outputs, name });
const stackOf = (...resources: readonly ResourceFacts[]) => stackOfAll(resources);
const topic = (outputs: Branch, type: string = custom.kafkaTopic) =>
  topicOf(new Resource(facts(type, { name: "events", ...outputs }, "events")));

describe("properties of a broker", () => {
  test.each([
    ["a=1", { a: "1" }],
    ["  a = 1  ", { a: "1" }],
    ["a: b c", { a: "b c" }],
    ["a b=c", { a: "b=c" }],
    ["a=", { a: "" }],
    ["a=b=c", { a: "b=c" }],
    ["=a", {}],
    ["=a=b", {}],
    ["ab = \nc=1", { ab: "", c: "1" }],
    ["a\tb\t ", { a: "b" }],
    ["a\t:\tb", { a: "b" }],
    ["\ta=1", { a: "1" }],
    ["alone", {}],
    ["# a=1\n  #b=2\n\nc=3#\r\nd=4", { c: "3#", d: "4" }],
    ["", {}],
  ])("%j", (text, expected) => {
    expect(Object.fromEntries(parseProperties(text))).toEqual(expected);
  });
});

describe("what a broker keeps", () => {
  test.each([
    [{}, 604_800],
    [{ "log.retention.hours": "2" }, 7200],
    [{ "log.retention.minutes": "3", "log.retention.hours": "2" }, 180],
    [{ "log.retention.ms": "5000", "log.retention.minutes": "3" }, 5],
    [{ "log.retention.ms": "-1" }, Infinity],
    [{ "log.retention.ms": "0" }, 0],
  ])("%j", (values, seconds) => {
    expect(brokerRetentionSeconds(new Map(Object.entries(values)))).toBe(seconds);
  });
});

describe("a topic", () => {
  test.each(["__consumer_offsets", "connect-offsets", "mm2-offsets.a.internal", "_schemas"])(
    "%s is of Kafka and its tools",
    (name) => {
      expect(internalTopic.test(name)).toBe(true);
    },
  );

  test.each(["events", "my__events", "kconnect-x", "_schemas_of_events", "x_schemas", "am2-x"])(
    "%s is somebody's",
    (name) => {
      expect(internalTopic.test(name)).toBe(false);
    },
  );

  test("its partitions, of either provider; one where nothing is said", () => {
    expect(topic({ partitionCount: 3 }, custom.mskTopic).partitions).toBe(3);
    expect(topic({ partitions: 6 }).partitions).toBe(6);
    expect(topic({}).partitions).toBe(1);
  });

  test("its settings, by names with dots, of either provider", () => {
    expect(topic({ config: { "retention.ms": "5" } }).setting("retention.ms")).toBe("5");
    const configs = '{"retention.ms":"7"}';
    expect(topic({ configs }, custom.mskTopic).setting("retention.ms")).toBe("7");
    expect(
      topic({ config: { "retention.ms": "5" } }, custom.mskTopic).setting("retention.ms"),
    ).toBe(undefined);
    expect(topic({}).setting("retention.ms")).toBeUndefined();
    expect(topic({}, custom.mskTopic).setting("retention.ms")).toBeUndefined();
  });

  test("its name must be told", () => {
    const nameless = new Resource(facts(custom.kafkaTopic, {}, "events"));
    expect(() => topicOf(nameless)).toThrow("the name of Topic events is not known");
  });

  test.each([
    [{ "retention.ms": "60000" }, 60],
    [{ "retention.ms": "0" }, 0],
    [{ "retention.ms": "-1" }, Infinity],
    [{ "cleanup.policy": "compact", "retention.ms": "1000" }, Infinity],
    [{ "cleanup.policy": "compact,delete", "retention.ms": "1000" }, 1],
  ])("keeps records by %j", (config, seconds) => {
    expect(retentionOf(topic({ config }), stackOf())).toBe(seconds);
  });

  test("keeps them as long as its cluster: the only one, or the one that it names", () => {
    const one = facts(aws.mskCluster, { arn: "arn:1" }, "one");
    const settings = facts(
      aws.mskConfiguration,
      { arn: "arn:c", serverProperties: "log.retention.hours=1" },
      "settings",
    );
    const two = facts(aws.mskCluster, { arn: "arn:2", configurationInfo: { arn: "arn:c" } }, "two");
    expect(retentionOf(topic({}), stackOf(one))).toBe(604_800);
    expect(retentionOf(topic({ clusterArn: "arn:2" }), stackOf(one, two, settings))).toBe(3600);
    const unsure = () => retentionOf(topic({}), stackOf(one, two, settings));
    expect(unsure).toThrow("retention.ms of topic events is not set, and its cluster is not in");
    expect(() => retentionOf(topic({}), stackOf(two))).toThrow(
      "the configuration of Cluster two is not in this stack",
    );
    const { serverProperties: _, ...bare } = settings.outputs as Record<string, string>;
    const empty = stackOf(two, facts(aws.mskConfiguration, bare, "settings"));
    expect(retentionOf(topic({}), empty)).toBe(604_800);
  });
});

describe("ways into the archive", () => {
  const sink = (settings: Branch) =>
    facts(aws.connector, {
      connectorConfiguration: {
        "connector.class": "io.lenses.aws.s3.sink.S3SinkConnector",
        ...settings,
      },
    });
  const pathOf = (resource: ReturnType<typeof facts>, ...others: ReturnType<typeof facts>[]) => {
    const stack = stackOf(resource, ...others);
    const [path] = archivePaths(stack);
    return {
      seconds: path?.delaySeconds(),
      takes: (name: string) => path?.takes(topic({ name }), stack),
    };
  };

  test.each([
    ["io.confluent.connect.s3.S3SinkConnector", true],
    ["io.lenses.streamreactor.connect.aws.S3.sink.S3SinkConnector", true],
    ["io.lenses.streamreactor.connect.aws.s3.source.S3SourceConnector", false],
    ["com.clickhouse.sink.ClickHouse", false],
    [undefined, false],
  ])("%s is a sink into S3: %s", (name, expected) => {
    const connectorConfiguration = name === undefined ? {} : { "connector.class": name };
    expect(isSink(new Resource(facts(aws.connector, { connectorConfiguration })))).toBe(expected);
  });

  test.each([
    [{}, 3600],
    [{ "connect.s3.kcql": "INSERT INTO a SELECT * FROM b WITH_FLUSH_INTERVAL = 60" }, 60],
    [{ "connect.s3.kcql": "insert into a select * from b with_flush_interval=61 x" }, 61],
    [{ "connect.s3.kcql": "… PROPERTIES('flush.interval'=70)" }, 70],
    [{ "connect.s3.kcql": `… PROPERTIES ("flush.interval"  =  '71')` }, 71],
    [{ "connect.s3.kcql": "…", "rotate.interval.ms": "5000" }, 5],
    [{ "rotate.schedule.interval.ms": "6000", "rotate.interval.ms": "5000" }, 6],
  ])("a sink by %j writes within %d seconds", (settings, seconds) => {
    expect(pathOf(sink(settings)).seconds).toBe(seconds);
  });

  test("a sink takes the topics that it names, or that its pattern matches as a whole", () => {
    const named = pathOf(sink({ topics: "clicks, events" }));
    expect(["clicks", "events", "event", ""].map(named.takes)).toEqual([true, true, false, false]);
    const matched = pathOf(sink({ "topics.regex": "metrics_.|a" }));
    expect(["metrics_1", "a", "metrics_12", "xmetrics_1"].map(matched.takes)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(["events", "undefined"].map(pathOf(sink({})).takes)).toEqual([false, false]);
  });

  test("Firehose takes the topic that it names, and waits for its buffer", () => {
    const stream = (topicName: Branch[string], extendedS3Configuration: Branch = {}) =>
      facts(aws.firehose, { mskSourceConfiguration: { topicName }, extendedS3Configuration });
    expect(pathOf(stream("events")).seconds).toBe(300);
    expect(pathOf(stream("events", { bufferingInterval: 60 })).seconds).toBe(60);
    expect(["events", "others"].map(pathOf(stream("events")).takes)).toEqual([true, false]);
    const ours = { ...facts(custom.kafkaTopic, { id: "events", name: "events" }, "events") };
    const others = stackOf(ours, stream("events"));
    const [path] = archivePaths(others);
    expect(
      path?.takes(topicOf(others.of(custom.kafkaTopic)[0] ?? new Resource(ours)), others),
    ).toBe(true);
    expect(path?.takes(topic({}), others)).toBe(false);
    expect(() => pathOf(stream(unknown)).takes("events")).toThrow("topicName of");
    expect(archivePaths(stackOf(facts(aws.firehose, {})))).toEqual([]);
  });
});
