import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { cluster, firehose, sink } from "../../testing/kafka.ts";
import rule from "./archive-within-rpo.ts";

const objectives = { rpo: "5 minutes" };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "Firehose's usual 300 seconds, a sink's minute",
      stack: (s) => {
        firehose(s, "events");
        sink(s, { "connect.s3.kcql": "INSERT INTO a SELECT * FROM b WITH_FLUSH_INTERVAL = 60" });
      },
      objectives,
      of: ["archive", "sink"],
    },
    {
      title: "a sink by milliseconds",
      stack: (s) => sink(s, { "rotate.schedule.interval.ms": "300000" }),
      objectives,
    },
  ],
  violation: [
    {
      title: "a second late",
      stack: (s) => firehose(s, "events", { bufferingInterval: 301 }),
      objectives,
      says: "FirehoseDeliveryStream archive writes events up to 301 seconds late, 5 minutes are promised (objectives.rpo): lower bufferingInterval",
    },
    {
      title: "with the copy",
      stack: (s) => firehose(s, "events", { bufferingInterval: 60 }),
      objectives,
      config: { replicationSeconds: 900 },
      says: "up to 1 minute late, copies take 15 minutes, 5 minutes are promised",
    },
    {
      title: "a sink that says nothing",
      stack: (s) => sink(s, {}),
      objectives,
      says: "Connector sink writes events up to 1 hour late",
    },
    {
      title: "a sink by milliseconds, too slow",
      stack: (s) => sink(s, { "rotate.interval.ms": "600000" }),
      objectives,
      says: "up to 10 minutes late",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => firehose(s, "events", { bufferingInterval: notKnown() }),
      objectives,
      says: "bufferingInterval of FirehoseDeliveryStream archive is not known",
    },
  ],
  notApplicable: [
    { title: "nothing archives", stack: (s) => cluster(s), objectives, says: "nothing archives" },
    { title: "nothing is promised", stack: (s) => firehose(s, "events"), says: "objectives.rpo" },
  ],
};
export default cases;
