import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { clusterInstance, database } from "../../testing/databases.ts";
import rule from "./monitored.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "both",
      stack: (s) => {
        database(s, { monitoringInterval: 60 });
        clusterInstance(s, { monitoringInterval: 1 });
      },
      of: ["db", "member"],
    },
  ],
  violation: [
    {
      title: "not set",
      stack: (s) => database(s),
      says: "Instance db has no enhanced monitoring: set monitoringInterval to 60",
    },
    {
      title: "off",
      stack: (s) => database(s, { monitoringInterval: 0 }),
      says: "no enhanced monitoring",
    },
  ],
  unknown: [{ title: "not known", stack: (s) => database(s, { monitoringInterval: notKnown() }) }],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
