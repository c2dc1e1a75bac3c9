import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { eks } from "../../testing/eks.ts";
import rule from "./supported.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "the oldest, and newer ones",
      stack: (s) => {
        eks(s, { version: "1.34" });
        eks(s, { version: "1.100" }, {}, "newer");
        eks(s, { version: "2.0" }, {}, "newest");
      },
      of: ["newer", "newest", "platform"],
    },
    {
      title: "older ones are taken",
      stack: (s) => eks(s, { version: "1.32" }),
      config: { oldest: "1.32" },
    },
  ],
  violation: [
    {
      title: "too old, also where it looks greater as a number",
      stack: (s) => {
        eks(s, { version: "1.33" });
        eks(s, { version: "1.4" }, {}, "older");
      },
      says: "Cluster platform runs Kubernetes 1.33, 1.34 or newer is wanted: raise version",
      of: ["older", "platform"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => eks(s, { version: notKnown() }),
      says: "version of Cluster platform is not known",
    },
  ],
  notApplicable: [
    { title: "no cluster", stack: (s) => s.add(aws.s3.Bucket, "events", {}) },
    {
      title: "none set",
      stack: (s) => eks(s),
      says: "the newest version",
      of: ["platform"],
    },
  ],
};
export default cases;
