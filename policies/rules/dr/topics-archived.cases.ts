import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { cluster, configured, firehose, sink, topic } from "../../testing/kafka.ts";
import { custom } from "../../types.ts";
import rule from "./topics-archived.ts";

const week = { "retention.ms": "604800000" };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by Firehose, which follows the topic's own name",
      stack: (s) => firehose(s, topic(s, "events", week).out("name")),
      of: ["events"],
    },
    {
      title: "by a sink: named, or by a pattern, the retention from the broker",
      stack: (s) => {
        configured(s, { "log.retention.hours": 72 });
        topic(s, "events");
        topic(s, "metrics_1");
        sink(s, { topics: "clicks, events" });
        sink(s, { "topics.regex": "metrics_.*" }, {}, "other");
      },
      of: ["events", "metrics_1"],
    },
    {
      title: "a topic of the MSK API",
      stack: (s) => {
        const kafka = cluster(s);
        s.custom(custom.mskTopic, "events", {
          name: "events",
          clusterArn: kafka.arn,
          partitionCount: 6,
          configs: JSON.stringify({ "retention.ms": "-1" }),
        });
        firehose(s, "events");
      },
    },
    {
      title: "a compacted topic keeps everything",
      stack: (s) => {
        topic(s, "events", { "cleanup.policy": "compact", "retention.ms": "1" });
        firehose(s, "events");
      },
    },
    {
      title: "one path is not known, another takes it",
      stack: (s) => {
        topic(s, "events", week);
        sink(s, { topics: notKnown() });
        firehose(s, "events");
      },
    },
  ],
  violation: [
    {
      title: "nothing takes the second topic",
      stack: (s) => {
        topic(s, "events", week);
        topic(s, "clicks", week);
        firehose(s, "events");
      },
      says: "topic clicks has no way into long-term storage",
      of: ["clicks"],
    },
    {
      title: "a pattern is anchored",
      stack: (s) => {
        topic(s, "events2", week);
        sink(s, { "topics.regex": "events" });
      },
      says: "topic events2 has no way",
    },
    {
      title: "a connector that is no S3 sink",
      stack: (s) => {
        topic(s, "events", week);
        sink(s, { topics: "events", "connector.class": "io.debezium.Postgres" });
      },
      says: "topic events has no way",
    },
    {
      title: "Kafka forgets exactly when the archive may begin again",
      stack: (s) => {
        topic(s, "events", { "retention.ms": "86700000" });
        firehose(s, "events", { bufferingInterval: 300 });
      },
      says: "topic events keeps records for 1445 minutes; FirehoseDeliveryStream archive buffers for 5 minutes and may stand still for 1 day (objectives.stream.outage): set retention.ms above 86700000",
    },
    {
      title: "a longer outage is declared, the sink flushes by its KCQL",
      stack: (s) => {
        topic(s, "events", week);
        sink(s, {
          topics: "events",
          "connect.s3.kcql":
            "INSERT INTO archive SELECT * FROM events PROPERTIES ('flush.interval'=60)",
        });
      },
      objectives: { stream: { outage: "7 days" } },
      says: "keeps records for 7 days; Connector sink buffers for 1 minute and may stand still for 7 days",
    },
    {
      title: "the sink's usual hour",
      stack: (s) => {
        topic(s, "events", { "retention.ms": "90000000" });
        sink(s, { topics: "events" });
      },
      says: "Connector sink buffers for 1 hour",
    },
    {
      title: "the broker's retention is too short",
      stack: (s) => {
        configured(s, { "log.retention.ms": 3600000 });
        topic(s, "events");
        firehose(s, "events");
      },
      says: "topic events keeps records for 1 hour",
    },
  ],
  unknown: [
    {
      title: "what the stream takes is not known",
      stack: (s) => {
        topic(s, "events", week);
        firehose(s, notKnown());
      },
      says: "mskSourceConfiguration.topicName of FirehoseDeliveryStream archive is not known",
    },
    {
      title: "no retention, and the cluster is elsewhere",
      stack: (s) => {
        topic(s, "events");
        firehose(s, "events");
      },
      says: "its cluster is not in this stack",
    },
  ],
  notApplicable: [
    { title: "no topic is declared", stack: (s) => cluster(s), says: "the stack has no Topic" },
    {
      title: "Kafka's own, and an exception",
      stack: (s) => {
        topic(s, "connect-offsets");
        topic(s, "scratch");
      },
      config: { except: "^scratch$" },
      says: "it needs no archive",
    },
  ],
};
export default cases;
