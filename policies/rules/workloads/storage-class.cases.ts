import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment } from "../../testing/pods.ts";
import { claim, operatedClaim } from "../../testing/storage.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./storage-class.ts";

const bare = (s: StackBuilder) =>
  statefulSet(s, "db", {
    spec: {
      volumeClaimTemplates: [
        { metadata: { name: "log" }, spec: { storageClassName: "gp3" } },
        { metadata: { name: "data" }, spec: {} },
      ],
    },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "named, and a volume that was made by hand",
      stack: (s) => {
        statefulSet(s, "db");
        operatedClaim(s, { storageClassName: "gp3" });
        claim(s, { storageClassName: "", volumeName: "disk" });
      },
      of: ["clickhouse", "db", "files"],
    },
    {
      title: "one of those that are taken",
      stack: (s) => statefulSet(s, "db"),
      config: { allowed: ["io2", "gp3"] },
    },
  ],
  violation: [
    {
      title: "one of two templates, a claim, an operator's",
      stack: (s) => {
        bare(s);
        claim(s);
        operatedClaim(s, {});
      },
      says: "StatefulSet db takes the cluster's default storage: set spec.volumeClaimTemplates.1.spec.storageClassName",
      of: ["clickhouse", "db", "files"],
    },
    {
      title: "a claim's own",
      stack: (s) => claim(s),
      says: "PersistentVolumeClaim files takes the cluster's default storage: set spec.storageClassName",
    },
    {
      title: "one that is not taken",
      stack: (s) => statefulSet(s, "db"),
      config: { allowed: ["io2", "st1"] },
      says: "takes storage of class gp3, io2 or st1 is wanted: change spec.volumeClaimTemplates.0.spec.storageClassName",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => claim(s, { storageClassName: notKnown() }),
      says: "spec.storageClassName of PersistentVolumeClaim files is not known",
    },
  ],
  notApplicable: [
    { title: "no claims", stack: (s) => deployment(s, "web") },
    {
      title: "a set without volumes",
      stack: (s) => statefulSet(s, "cache", { spec: { volumeClaimTemplates: [] } }),
      says: "asks for no volume",
      of: ["cache"],
    },
  ],
};
export default cases;
