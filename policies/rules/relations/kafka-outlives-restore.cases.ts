import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { cluster, topic } from "../../testing/kafka.ts";
import rule from "./kafka-outlives-restore.ts";

const hour = 3600_000;
/** 24 + 1 + (0.5 + 2) + 24 hours: 51.5 */
const objectives = {
  backup: { interval: "1 day", duration: "1 hour" },
  restore: { size: "1.8 TB", throughput: "250 MB", fixed: "30 minutes" },
};
const keeps = (ms: number | string) => ({ "retention.ms": String(ms) });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a little longer, and for ever",
      stack: (s) => {
        topic(s, "events", keeps(51.5 * hour + 1));
        topic(s, "teams", keeps(-1));
      },
      objectives,
      of: ["events", "teams"],
    },
    {
      title: "with less margin",
      stack: (s) => topic(s, "events", keeps(28 * hour)),
      objectives: { ...objectives, stream: { margin: "0 seconds" } },
    },
  ],
  violation: [
    {
      title: "exactly as long",
      stack: (s) => topic(s, "events", keeps(51.5 * hour)),
      objectives,
      says: "topic events keeps events for 3090 minutes, a recovery needs 3090 minutes (1 day between backups + 1 hour for a backup + 150 minutes for a restore + 1 day margin): set retention.ms above 185400000",
    },
    {
      title: "a larger margin",
      stack: (s) => topic(s, "events", keeps(52 * hour)),
      objectives: { ...objectives, stream: { margin: "2 days" } },
      says: "2 days margin",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => topic(s, "events", { "retention.ms": notKnown() }),
      objectives,
    },
  ],
  notApplicable: [
    { title: "no topic", stack: (s) => cluster(s), objectives },
    {
      title: "nothing is declared",
      stack: (s) => topic(s, "events", keeps(1)),
      says: "objectives.backup and objectives.restore are not declared",
    },
    {
      title: "Kafka's own",
      stack: (s) => topic(s, "__consumer_offsets", keeps(1)),
      objectives,
      says: "a topic of Kafka's own",
    },
  ],
};
export default cases;
