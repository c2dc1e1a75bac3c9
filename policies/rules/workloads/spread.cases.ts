import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { daemonSet, deployment } from "../../testing/pods.ts";
import { statefulSet, zone } from "../../testing/workloads.ts";
import rule from "./spread.ts";

const host = "kubernetes.io/hostname";
const constraint = (topologyKey: string) => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector: {} },
  ],
});
const required = (topologyKey: string) => ({
  affinity: {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] },
  },
});
const preferred = (topologyKey: string) => ({
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { topologyKey } },
      ],
    },
  },
});

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by constraint, by affinity, by a wish",
      stack: (s) => {
        statefulSet(s, "db", { pod: constraint(zone) });
        deployment(s, "web", { pod: required(zone) });
        deployment(s, "api", { pod: preferred(zone) });
      },
      of: ["api", "db", "web"],
    },
    {
      title: "nodes are enough",
      stack: (s) => statefulSet(s, "db", { pod: constraint(host) }),
      config: { topologyKeys: [host] },
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => {
        statefulSet(s, "db");
        deployment(s, "web", { pod: required(zone) });
      },
      says: "all pods of StatefulSet db may be in one zone: add spec.template.spec.topologySpreadConstraints with topologyKey topology.kubernetes.io/zone",
      of: ["db"],
    },
    {
      title: "one of two labels is wanted",
      stack: (s) => statefulSet(s, "db"),
      config: { topologyKeys: ["rack", "room"] },
      says: "with topologyKey rack or room",
    },
    {
      title: "by nodes alone, in three ways",
      stack: (s) => {
        statefulSet(s, "db", { pod: constraint(host) });
        deployment(s, "web", { pod: required(host) });
        deployment(s, "api", { pod: preferred(host) });
      },
      says: "all pods of StatefulSet db may be in one zone",
      of: ["api", "db", "web"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => statefulSet(s, "db", { pod: { topologySpreadConstraints: notKnown() } }),
      says: "spec.template.spec.topologySpreadConstraints of StatefulSet db is not known",
    },
  ],
  notApplicable: [
    { title: "a pod on each node", stack: (s) => daemonSet(s, "agent") },
    {
      title: "one pod",
      stack: (s) => deployment(s, "web", { spec: { replicas: 1 } }),
      says: "one pod at most",
      of: ["web"],
    },
  ],
};
export default cases;
