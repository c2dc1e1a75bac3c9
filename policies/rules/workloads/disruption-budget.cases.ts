import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import type { types } from "@pulumi/kubernetes";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { daemonSet, deployment } from "../../testing/pods.ts";
import { budget, statefulSet } from "../../testing/workloads.ts";
import rule from "./disruption-budget.ts";

type Selector = types.input.meta.v1.LabelSelector;
const selecting = (s: StackBuilder, selector: Selector | undefined, namespace = "data") =>
  s.add(PodDisruptionBudget, "budget", {
    metadata: { namespace },
    spec: { maxUnavailable: 1, ...(selector === undefined ? {} : { selector }) },
  });
const matching = (key: string, operator: string, ...values: readonly string[]): Selector => ({
  matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values: [...values] }) }],
});
const labels = { app: "web", tier: "front" };
const web = (s: StackBuilder) => deployment(s, "web", { labels });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "one for each",
      stack: (s) => {
        statefulSet(s, "db");
        budget(s, { app: "db" });
        deployment(s, "web");
        s.add(PodDisruptionBudget, "other", {
          metadata: { namespace: "data" },
          spec: { selector: { matchLabels: { app: "web" } }, minAvailable: 1 },
        });
      },
      of: ["db", "web"],
    },
    {
      title: "one for all of the namespace",
      stack: (s) => {
        web(s);
        selecting(s, {});
      },
    },
    ...[
      matching("tier", "In", "back", "front"),
      matching("tier", "NotIn", "back"),
      matching("region", "NotIn", "back"),
      matching("tier", "Exists"),
      matching("region", "DoesNotExist"),
    ].map((selector) => ({
      title: `by the expression ${JSON.stringify(selector)}`,
      stack: (s: StackBuilder) => {
        web(s);
        selecting(s, selector);
      },
    })),
    {
      title: "in a namespace whose name is not known yet, and is the same",
      stack: (s) => {
        const namespace = s.add(Namespace, "data", {}).id as unknown as string;
        deployment(s, "web", { labels, namespace });
        selecting(s, { matchLabels: { app: "web" } }, namespace);
      },
    },
    {
      title: "another one beside it is not known",
      stack: (s) => {
        web(s);
        budget(s, { app: "web" });
        s.add(PodDisruptionBudget, "open", {
          metadata: { namespace: notKnown() },
          spec: { selector: {} },
        });
      },
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => {
        statefulSet(s, "db");
        budget(s, { app: "db" });
        deployment(s, "web", { spec: { replicas: 4 } });
      },
      says: "all 4 pods of Deployment web may be evicted at once: add a PodDisruptionBudget with maxUnavailable 1",
      of: ["web"],
    },
    {
      title: "one of other pods, one of another namespace, one of nothing",
      stack: (s) => {
        web(s);
        budget(s, { app: "web", tier: "back" });
        selecting(s, { matchLabels: labels }, "other");
        selecting(s, undefined);
      },
      says: "all 2 pods of Deployment web",
    },
    ...[
      matching("tier", "In", "back"),
      matching("tier", "NotIn", "front"),
      matching("region", "Exists"),
      matching("tier", "DoesNotExist"),
      { matchLabels: { app: "web" }, ...matching("tier", "In", "back") },
    ].map((selector) => ({
      title: `by the expression ${JSON.stringify(selector)}`,
      stack: (s: StackBuilder) => {
        web(s);
        selecting(s, selector);
      },
      says: "may be evicted at once",
    })),
  ],
  unknown: [
    {
      title: "how many there are is not known",
      stack: (s) => deployment(s, "web", { spec: { replicas: notKnown() } }),
      says: "spec.replicas of Deployment web is not known",
    },
    {
      title: "in which namespace it is is not known",
      stack: (s) => {
        web(s);
        selecting(s, { matchLabels: labels }, notKnown());
      },
      says: "whether PodDisruptionBudget budget is in the namespace of Deployment web is not known",
    },
    {
      title: "its namespace is known, the workload's is not, though both hang on one resource",
      stack: (s) => {
        const id = s.add(Namespace, "data", {}).id;
        deployment(s, "web", { labels, namespace: id as unknown as string });
        s.add(PodDisruptionBudget, "budget", {
          metadata: { namespace: "other", labels: { of: id } },
          spec: { selector: { matchLabels: labels } },
        });
      },
      only: ["engine preview", "saved preview"],
      says: "whether PodDisruptionBudget budget is in the namespace of Deployment web is not known",
    },
    {
      title: "what it selects is not known",
      stack: (s) => {
        web(s);
        budget(s, { app: notKnown() });
      },
      says: "spec.selector.matchLabels.app of PodDisruptionBudget budget is not known",
    },
  ],
  notApplicable: [
    { title: "a pod on each node", stack: (s) => daemonSet(s, "agent") },
    {
      title: "one pod",
      stack: (s) => {
        deployment(s, "web", { spec: { replicas: 1 } });
        statefulSet(s, "db", { spec: { replicas: 0 } });
      },
      says: "a budget for one pod would only block drains",
      of: ["db", "web"],
    },
  ],
};
export default cases;
