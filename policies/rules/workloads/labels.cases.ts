import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./labels.ts";

const labelled = (s: StackBuilder, labels: Record<string, string>) => {
  const matchLabels = { app: "db" };
  return s.add(StatefulSet, "db", {
    metadata: { namespace: "data", labels },
    spec: {
      serviceName: "db",
      selector: { matchLabels },
      template: {
        metadata: { labels: matchLabels },
        spec: { containers: [{ name: "db", image: "db:1" }] },
      },
    },
  });
};
const both = { "app.kubernetes.io/name": "db", "app.kubernetes.io/instance": "prod" };

const cases: Cases = {
  rule,
  pass: [
    { title: "both", stack: (s) => labelled(s, both), of: ["db"] },
    {
      title: "another one is wanted",
      stack: (s) => labelled(s, { team: "events" }),
      config: { labels: ["team"] },
    },
    {
      title: "a value that is not known yet",
      stack: (s) => labelled(s, { ...both, "app.kubernetes.io/instance": notKnown() }),
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => {
        labelled(s, both);
        statefulSet(s, "queue");
      },
      says: "StatefulSet queue has no app.kubernetes.io/name and app.kubernetes.io/instance: add it to metadata.labels",
      of: ["queue"],
    },
    {
      title: "one of both",
      stack: (s) => labelled(s, { "app.kubernetes.io/name": "db" }),
      says: "StatefulSet db has no app.kubernetes.io/instance: add",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => labelled(s, notKnown()),
      says: "metadata.labels of StatefulSet db is not known",
    },
  ],
  notApplicable: [{ title: "no set", stack: (s) => deployment(s, "web") }],
};
export default cases;
