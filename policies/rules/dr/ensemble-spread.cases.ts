import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { statefulSet, zone } from "../../testing/workloads.ts";
import rule from "./ensemble-spread.ts";

const spread = (topologyKey: string, whenUnsatisfiable: string) => (s: StackBuilder) =>
  statefulSet(s, "zookeeper", {
    pod: { topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable }] },
  });
const apart = (topologyKey: string) => (s: StackBuilder) =>
  statefulSet(s, "zookeeper", {
    pod: {
      affinity: {
        podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey }] },
      },
    },
  });

const cases: Cases = {
  rule,
  pass: [
    { title: "spread", stack: spread(zone, "DoNotSchedule"), of: ["zookeeper"] },
    { title: "kept apart", stack: apart(zone) },
    { title: "over racks", stack: apart("rack"), config: { topologyKey: "rack" } },
  ],
  violation: [
    {
      title: "nothing said",
      stack: (s) => statefulSet(s, "zookeeper"),
      says: "all members of StatefulSet zookeeper may be in one place",
    },
    { title: "only where it suits", stack: spread(zone, "ScheduleAnyway"), says: "one place" },
    {
      title: "over nodes of one zone",
      stack: spread("kubernetes.io/hostname", "DoNotSchedule"),
      says: zone,
    },
    { title: "apart by nodes", stack: apart("kubernetes.io/hostname"), says: zone },
  ],
  unknown: [
    {
      title: "constraints that are not known",
      stack: (s) => statefulSet(s, "zookeeper", { pod: { topologySpreadConstraints: notKnown() } }),
      says: "spec.template.spec.topologySpreadConstraints of StatefulSet zookeeper is not known",
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => statefulSet(s, "cache"), says: "has no ZooKeeper ensemble" },
  ],
};
export default cases;
