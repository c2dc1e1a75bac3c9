import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./claims-kept.ts";

const db = (s: StackBuilder, whenDeleted: string, whenScaled: string, name = "db") =>
  statefulSet(s, name, {
    spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "nothing set, and said so",
      stack: (s) => {
        statefulSet(s, "queue");
        statefulSet(s, "zookeeper");
        db(s, "Retain", "Retain");
      },
      of: ["db", "queue", "zookeeper"],
    },
  ],
  violation: [
    {
      title: "lost with the set",
      stack: (s) => {
        statefulSet(s, "queue");
        db(s, "Delete", "Retain");
      },
      says: "StatefulSet db loses its volumes (whenDeleted: Delete): set spec.persistentVolumeClaimRetentionPolicy.whenDeleted to Retain",
      of: ["db"],
    },
    {
      title: "lost when it shrinks",
      stack: (s) => db(s, "Retain", "Delete"),
      says: "loses its volumes (whenScaled: Delete)",
    },
    {
      title: "an exception for another one",
      stack: (s) => db(s, "Delete", "Delete"),
      config: { except: "cache" },
      says: /whenDeleted: Delete.*; .*whenScaled: Delete/,
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => db(s, notKnown(), "Retain"),
      says: "persistentVolumeClaimRetentionPolicy.whenDeleted of StatefulSet db is not known",
    },
  ],
  notApplicable: [
    { title: "no set", stack: (s) => deployment(s, "web") },
    {
      title: "data that may be lost",
      stack: (s) => db(s, "Delete", "Delete", "cache"),
      config: { except: "^cache" },
      says: "may be lost",
      of: ["cache"],
    },
    {
      title: "a set without volumes",
      stack: (s) => statefulSet(s, "web", { spec: { volumeClaimTemplates: [] } }),
      says: "asks for no volume",
    },
    {
      title: "ZooKeeper and ClickHouse have a rule of their own",
      stack: (s) => {
        db(s, "Delete", "Delete", "zookeeper");
        db(s, "Delete", "Delete", "clickhouse");
      },
      says: "dr-volumes-kept",
      of: ["clickhouse", "zookeeper"],
    },
  ],
};
export default cases;
