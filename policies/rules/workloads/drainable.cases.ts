import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment } from "../../testing/pods.ts";
import { budget, statefulSet } from "../../testing/workloads.ts";
import rule from "./drainable.ts";

type Spec = Parameters<typeof budget>[2];
const with3 = (s: StackBuilder, spec: Spec, labels: Record<string, string> = { app: "db" }) => {
  statefulSet(s, "db");
  budget(s, labels, spec);
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "one may go",
      stack: (s) => {
        with3(s, { maxUnavailable: 1 });
      },
      of: ["budget"],
    },
    {
      title: "two of three stay",
      stack: (s) => {
        with3(s, { minAvailable: 2 });
      },
    },
    {
      title: "half of three stay, which is two",
      stack: (s) => {
        with3(s, { minAvailable: "50%" });
      },
    },
    {
      title: "a tenth may go, which is one",
      stack: (s) => {
        with3(s, { maxUnavailable: "10%" });
      },
    },
    {
      title: "all of one set stay, as there is another one",
      stack: (s) => {
        deployment(s, "web", { labels: { app: "db" } });
        with3(s, { minAvailable: 3 });
      },
    },
    {
      title: "pods that the stack does not hold",
      stack: (s) => {
        with3(s, { minAvailable: 3 }, { app: "elsewhere" });
      },
    },
    {
      title: "pods of another namespace",
      stack: (s) => {
        statefulSet(s, "db");
        budget(s, { app: "db" }, { minAvailable: 3 }, "other");
      },
    },
    {
      title: "a budget of no pods: it names none",
      stack: (s) => {
        statefulSet(s, "db");
        budget(s, {}, { minAvailable: 3, selector: undefined as never });
      },
    },
    {
      title: "scaled to none",
      stack: (s) => {
        statefulSet(s, "db", { spec: { replicas: 0 } });
        budget(s, { app: "db" }, { minAvailable: 2 });
      },
    },
  ],
  violation: [
    {
      title: "none may go",
      stack: (s) => {
        with3(s, { maxUnavailable: 0 });
      },
      says: "PodDisruptionBudget budget lets no pod go: raise spec.maxUnavailable to 1 or more",
      of: ["budget"],
    },
    {
      title: "none of a hundred may go",
      stack: (s) => {
        with3(s, { maxUnavailable: "0%" });
      },
      says: "lets no pod go: raise spec.maxUnavailable",
    },
    {
      title: "all stay, whoever they are",
      stack: (s) => {
        with3(s, { minAvailable: "100%" }, { app: "elsewhere" });
      },
      says: "lets no pod go: lower spec.minAvailable",
    },
    {
      title: "three of three stay",
      stack: (s) => {
        with3(s, { minAvailable: 3 });
      },
      says: "PodDisruptionBudget budget keeps 3 of 3 pods: lower spec.minAvailable below 3",
    },
    {
      title: "nine tenths of three is all of them",
      stack: (s) => {
        with3(s, { minAvailable: "90%" });
      },
      says: "keeps 3 of 3 pods",
    },
    {
      title: "one of one stays",
      stack: (s) => {
        deployment(s, "web", { spec: { replicas: 1 } });
        budget(s, { app: "web" }, { minAvailable: 1 });
      },
      says: "keeps 1 of 1 pods",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => {
        with3(s, { maxUnavailable: notKnown() });
      },
      says: "spec.maxUnavailable of PodDisruptionBudget budget is not known",
    },
    {
      title: "how many there are is not known",
      stack: (s) => {
        statefulSet(s, "db", { spec: { replicas: notKnown() } });
        budget(s, { app: "db" }, { minAvailable: 2 });
      },
      says: "spec.replicas of StatefulSet db is not known",
    },
  ],
  notApplicable: [{ title: "no budget", stack: (s) => statefulSet(s, "db") }],
};
export default cases;
