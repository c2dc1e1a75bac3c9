import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { clickHouse, statefulSet } from "../../testing/workloads.ts";
import rule from "./clickhouse-replicas.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "of the operator, and a set; a keeper is none",
      stack: (s) => {
        clickHouse(s, { shardsCount: 2, replicasCount: 2 }, "events");
        statefulSet(s, "clickhouse", { spec: { replicas: 2 } });
        statefulSet(s, "clickhouse-keeper", { spec: { replicas: 1 } });
      },
      of: ["events", "clickhouse"],
    },
  ],
  violation: [
    {
      title: "one, as by default",
      stack: (s) => clickHouse(s, { shardsCount: 2 }),
      says: "a shard of ClickHouseInstallation clickhouse has 1 replicas, 2 are wanted: set spec.configuration.clusters[].layout.replicasCount",
    },
    {
      title: "no cluster is laid out",
      stack: (s) =>
        s.custom("kubernetes:clickhouse.altinity.com/v1:ClickHouseInstallation", "c", { spec: {} }),
      says: "has 1 replicas",
    },
    {
      title: "the second cluster of two",
      stack: (s) =>
        s.custom("kubernetes:clickhouse.altinity.com/v1:ClickHouseInstallation", "c", {
          spec: {
            configuration: {
              clusters: [{ layout: { replicasCount: 3 } }, { layout: { replicasCount: 1 } }],
            },
          },
        }),
      says: "has 1 replicas",
    },
    {
      title: "a set of one",
      stack: (s) => statefulSet(s, "clickhouse", { spec: { replicas: 1 } }),
      says: "2 are wanted: set spec.replicas",
    },
    {
      title: "three are wanted",
      stack: (s) => clickHouse(s, { replicasCount: 2 }),
      config: { replicas: 3 },
      says: "has 2 replicas, 3 are wanted",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => clickHouse(s, { replicasCount: notKnown() }),
      says: "layout.replicasCount of ClickHouseInstallation clickhouse is not known",
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => statefulSet(s, "zookeeper"), says: "has no ClickHouse" },
  ],
};
export default cases;
