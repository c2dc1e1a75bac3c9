import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { budget, statefulSet } from "../../testing/workloads.ts";
import rule from "./ensemble-disruption.ts";

const app = { app: "zookeeper" };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "one at a time",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        budget(s, app);
      },
      of: ["zookeeper"],
    },
    {
      title: "said as two of three that stay",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        budget(s, app, { minAvailable: 2 });
      },
    },
    {
      title: "a budget of all pods of the namespace",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        budget(s, {});
      },
    },
  ],
  violation: [
    {
      title: "no budget",
      stack: (s) => statefulSet(s, "zookeeper"),
      says: "every member of StatefulSet zookeeper may be evicted at once",
    },
    {
      title: "a budget of other pods",
      stack: (s) => {
        statefulSet(s, "zookeeper", { labels: { app: "zookeeper", tier: "data" } });
        budget(s, { app: "zookeeper", tier: "web" });
      },
      says: "may be evicted at once",
    },
    {
      title: "a budget of another namespace",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        budget(s, app, { maxUnavailable: 1 }, "other");
      },
      says: "may be evicted at once",
    },
    {
      title: "a budget whose expressions leave it out",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        const others = { key: "app", operator: "NotIn", values: ["zookeeper"] };
        budget(s, {}, { maxUnavailable: 1, selector: { matchExpressions: [others] } });
      },
      says: "may be evicted at once",
    },
    {
      title: "two at a time",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        budget(s, app, { maxUnavailable: 2 });
      },
      says: "lets 2 members of StatefulSet zookeeper go at once: set spec.maxUnavailable to 1",
    },
    {
      title: "one stays",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        budget(s, app, { minAvailable: 1 });
      },
      says: "lets all but 1 of 3 members",
    },
  ],
  unknown: [
    {
      title: "a number that is not known",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        budget(s, app, { maxUnavailable: notKnown() });
      },
      says: "spec.maxUnavailable of PodDisruptionBudget budget is not known",
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => statefulSet(s, "cache"), says: "has no ZooKeeper ensemble" },
  ],
};
export default cases;
