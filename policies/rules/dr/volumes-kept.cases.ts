import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { clickHouse, statefulSet } from "../../testing/workloads.ts";
import rule from "./volumes-kept.ts";

const policy = (whenDeleted: string, whenScaled: string) => (s: StackBuilder) =>
  statefulSet(s, "zookeeper", {
    spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by default, of both; a cache may lose its volumes",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        statefulSet(s, "clickhouse");
        statefulSet(s, "cache", { spec: { volumeClaimTemplates: [] } });
      },
      of: ["zookeeper", "clickhouse"],
    },
    { title: "said", stack: policy("Retain", "Retain") },
  ],
  violation: [
    {
      title: "no volume",
      stack: (s) => statefulSet(s, "clickhouse", { spec: { volumeClaimTemplates: [] } }),
      says: "data of StatefulSet clickhouse is gone with its pods: add spec.volumeClaimTemplates",
    },
    {
      title: "deleted with the set",
      stack: policy("Delete", "Retain"),
      says: "set spec.persistentVolumeClaimRetentionPolicy.whenDeleted to Retain",
    },
    {
      title: "deleted when scaled",
      stack: policy("Retain", "Delete"),
      says: "whenScaled to Retain",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        statefulSet(s, "zookeeper", {
          spec: { persistentVolumeClaimRetentionPolicy: notKnown() },
        }),
      says: "persistentVolumeClaimRetentionPolicy",
    },
  ],
  notApplicable: [
    {
      title: "ClickHouse by the operator, and another set",
      stack: (s) => {
        clickHouse(s, { replicasCount: 2 });
        statefulSet(s, "cache");
      },
      says: "the stack has no StatefulSet of ZooKeeper or ClickHouse",
    },
  ],
};
export default cases;
