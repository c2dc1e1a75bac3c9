import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./replicas.ts";

const web = (s: StackBuilder, replicas: number, name = "web") =>
  deployment(s, name, { spec: { replicas } });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "two, and more",
      stack: (s) => {
        web(s, 2);
        web(s, 5, "api");
      },
      of: ["api", "web"],
    },
  ],
  violation: [
    {
      title: "one",
      stack: (s) => {
        web(s, 1);
        web(s, 2, "api");
      },
      says: "Deployment web runs 1 of 2 pods that are wanted: raise spec.replicas",
      of: ["web"],
    },
    {
      title: "more are wanted",
      stack: (s) => web(s, 2),
      config: { minimum: 3 },
      says: "runs 2 of 3 pods that are wanted",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => deployment(s, "web", { spec: { replicas: notKnown() } }),
      says: "spec.replicas of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no Deployment", stack: (s) => statefulSet(s, "db") },
    { title: "scaled to none", stack: (s) => web(s, 0), says: "scaled to none", of: ["web"] },
    {
      title: "alone by design",
      stack: (s) =>
        deployment(s, "operator", { spec: { replicas: 1, strategy: { type: "Recreate" } } }),
      says: "it must be alone",
    },
  ],
};
export default cases;
