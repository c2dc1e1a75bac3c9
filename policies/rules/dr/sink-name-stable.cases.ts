import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { cluster, sink } from "../../testing/kafka.ts";
import rule from "./sink-name-stable.ts";

const cases: Cases = {
  rule,
  pass: [
    { title: "named", stack: (s) => sink(s, {}, { name: "archive-sink" }), of: ["sink"] },
    { title: "named like the resource", stack: (s) => sink(s, {}, { name: "sink" }) },
    { title: "with a number of its own", stack: (s) => sink(s, {}, { name: "sink-12345" }) },
    {
      title: "longer, hexadecimal at its end or start, or after another name",
      stack: (s) => {
        sink(s, {}, { name: "sink-of-abcdef1" });
        sink(s, {}, { name: "long-abcdef1-of" }, "long");
        sink(s, {}, { name: "same-abcdef1" }, "main");
      },
    },
  ],
  violation: [
    {
      title: "made up by Pulumi",
      stack: (s) => sink(s, {}, { name: "sink-0ab12cd" }),
      says: "Connector sink is named sink-0ab12cd by chance",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => sink(s, {}, { name: notKnown() }),
      says: "Pulumi would make one up",
    },
  ],
  notApplicable: [
    { title: "no connector", stack: (s) => cluster(s) },
    {
      title: "a source",
      stack: (s) => sink(s, { "connector.class": "io.debezium.X" }),
      says: "no sink",
    },
  ],
};
export default cases;
