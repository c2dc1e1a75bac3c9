import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { eks, nodes } from "../../testing/eks.ts";
import rule from "./logs.ts";

const all = ["scheduler", "controllerManager", "authenticator", "audit", "api"];

const cases: Cases = {
  rule,
  pass: [
    {
      title: "all, in any order",
      stack: (s) => {
        eks(s, { enabledClusterLogTypes: all });
        nodes(s);
      },
      of: ["platform"],
    },
    {
      title: "those that are wanted",
      stack: (s) => eks(s, { enabledClusterLogTypes: ["audit"] }),
      config: { logs: ["audit"] },
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => eks(s),
      says: "Cluster platform does not log api, audit, authenticator, controllerManager, scheduler: add them to enabledClusterLogTypes",
      of: ["platform"],
    },
    {
      title: "one is missing",
      stack: (s) => eks(s, { enabledClusterLogTypes: all.filter((each) => each !== "audit") }),
      says: "does not log audit: add",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => eks(s, { enabledClusterLogTypes: notKnown() }),
      says: "enabledClusterLogTypes of Cluster platform is not known",
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
