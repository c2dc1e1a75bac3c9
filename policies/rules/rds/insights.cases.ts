import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { database } from "../../testing/databases.ts";
import rule from "./insights.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "set",
      stack: (s) => {
        database(s, { performanceInsightsEnabled: true });
      },
      of: ["db"],
    },
  ],
  violation: [
    {
      title: "off",
      stack: (s) => database(s, { performanceInsightsEnabled: false }),
      says: "Instance db",
    },
    {
      title: "nothing said",
      stack: (s) => database(s),
      says: "set performanceInsightsEnabled to true",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => database(s, { performanceInsightsEnabled: notKnown() }),
      says: "performanceInsightsEnabled of",
    },
  ],
  notApplicable: [{ title: "no database", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
