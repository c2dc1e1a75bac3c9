import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { clusterInstance, database } from "../../testing/databases.ts";
import rule from "./insights-key.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "a key",
      stack: (s) => {
        database(s, { performanceInsightsEnabled: true, performanceInsightsKmsKeyId: notKnown() });
        clusterInstance(s, { performanceInsightsEnabled: true, performanceInsightsKmsKeyId: "k" });
      },
      of: ["db", "member"],
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => database(s, { performanceInsightsEnabled: true }),
      says: "performance data of Instance db is under the service's key",
    },
  ],
  unknown: [
    { title: "not known", stack: (s) => database(s, { performanceInsightsEnabled: notKnown() }) },
  ],
  notApplicable: [
    { title: "off", stack: (s) => database(s), says: "keeps no performance data" },
    { title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) },
  ],
};
export default cases;
