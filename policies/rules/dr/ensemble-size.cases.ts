import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./ensemble-size.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "three, and five beside a set of something else",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        statefulSet(s, "coordination", {
          spec: { replicas: 5 },
          container: { image: "docker.io/library/zookeeper:3.9.3" },
        });
        statefulSet(s, "cache", { spec: { replicas: 2 } });
      },
      of: ["zookeeper", "coordination"],
    },
  ],
  violation: [
    {
      title: "four",
      stack: (s) => statefulSet(s, "zookeeper", { spec: { replicas: 4 } }),
      says: "StatefulSet zookeeper has 4 members: set spec.replicas to 5",
    },
    {
      title: "two",
      stack: (s) => statefulSet(s, "zookeeper", { spec: { replicas: 2 } }),
      says: "has 2 members: set spec.replicas to 3",
    },
    {
      title: "one, as by default",
      stack: (s) => statefulSet(s, "zookeeper", { spec: { replicas: undefined as never } }),
      says: "StatefulSet zookeeper has 1 members: set spec.replicas to 3",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => statefulSet(s, "zookeeper", { spec: { replicas: notKnown() } }),
      says: "spec.replicas of StatefulSet zookeeper is not known",
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => statefulSet(s, "cache"), says: "has no ZooKeeper ensemble" },
  ],
};
export default cases;
