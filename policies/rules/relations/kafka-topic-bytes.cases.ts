import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { cluster, topic } from "../../testing/kafka.ts";
import rule from "./kafka-topic-bytes.ts";

/** 1 + 1 + 1 + 1 hours at 1 MB a second: 14.4 GB, 2.4 GB for each of 6 partitions. */
const objectives = {
  backup: { interval: "1 hour", duration: "1 hour" },
  restore: { size: "3.6 TB", throughput: "1 GB" },
  stream: { rate: "1 MB", margin: "1 hour" },
};
const limit = (bytes: number) => ({ "retention.bytes": String(bytes) });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "exactly enough, none, and unlimited",
      stack: (s) => {
        topic(s, "events", limit(2_400_000_000));
        topic(s, "teams");
        topic(s, "people", limit(-1));
      },
      objectives,
      of: ["events", "people", "teams"],
    },
  ],
  violation: [
    {
      title: "a byte less",
      stack: (s) => topic(s, "events", limit(2_399_999_999)),
      objectives,
      says: "topic events keeps 14.4 GB (2.4 GB × 6 partitions); at 1 MB a second (objectives.stream.rate) 14.4 GB come in 4 hours: set retention.bytes to 2400000000 or more, or take it out",
    },
    {
      title: "fewer partitions",
      stack: (s) => topic(s, "events", limit(2_400_000_000), 5),
      objectives,
      says: "12 GB (2.4 GB × 5 partitions)",
    },
    {
      title: "nothing is kept",
      stack: (s) => topic(s, "events", limit(0)),
      objectives,
      says: "keeps 0 B",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => topic(s, "events", { "retention.bytes": notKnown() }),
      objectives,
    },
  ],
  notApplicable: [
    { title: "no topic", stack: (s) => cluster(s), objectives },
    {
      title: "nothing is declared",
      stack: (s) => topic(s, "events", limit(1)),
      says: "objectives.backup and objectives.restore are not declared",
    },
    {
      title: "no rate is declared",
      stack: (s) => topic(s, "events", limit(1)),
      objectives: { ...objectives, stream: {} },
      says: "objectives.stream.rate is not declared",
    },
    {
      title: "Kafka's own",
      stack: (s) => topic(s, "__x", limit(1)),
      objectives,
      says: "a topic of Kafka's own",
    },
  ],
};
export default cases;
