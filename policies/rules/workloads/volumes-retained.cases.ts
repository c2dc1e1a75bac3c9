import { PersistentVolume } from "@pulumi/kubernetes/core/v1/persistentVolume.js";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { claim, operatedClaim, storageClass } from "../../testing/storage.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./volumes-retained.ts";

const volume = (s: StackBuilder, persistentVolumeReclaimPolicy?: string) =>
  s.add(PersistentVolume, "disk", {
    metadata: { name: "disk" },
    spec: {
      capacity: { storage: "1Gi" },
      csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" },
      ...(persistentVolumeReclaimPolicy === undefined ? {} : { persistentVolumeReclaimPolicy }),
    },
  });
const Retain = { reclaimPolicy: "Retain" };
const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "kept; a volume that was made by hand is kept when nothing is set",
      stack: (s) => {
        storageClass(s, Retain);
        statefulSet(s, "db");
        volume(s);
      },
      of: ["disk", "gp3"],
    },
    { title: "a volume that says so", stack: (s) => volume(s, "Retain") },
  ],
  violation: [
    {
      title: "nothing set, used by a set",
      stack: (s) => {
        storageClass(s);
        statefulSet(s, "db");
        storageClass(s, Retain, "io2");
      },
      says: /volumes of StorageClass gp3 go with their claim \(Delete\): set reclaimPolicy to Retain$/,
      of: ["gp3"],
    },
    {
      title: "used by the second claim of a set, and by no other claimant",
      stack: (s) => {
        storageClass(s);
        const of = (storageClassName: string) => ({ spec: { storageClassName } });
        statefulSet(s, "db", { spec: { volumeClaimTemplates: [of("io2"), of("gp3")] } });
        claim(s, { storageClassName: "io2" });
      },
      says: /go with their claim \(Delete\): set reclaimPolicy to Retain$/,
    },
    {
      title: "a claim that names none, while it is not the default: advice",
      stack: (s) => {
        storageClass(s);
        claim(s);
      },
      says: "this is advice, as no claim of the stack uses it",
    },
    {
      title: "used by an operator's pods",
      stack: (s) => {
        storageClass(s, { reclaimPolicy: "Delete" });
        operatedClaim(s, { storageClassName: "gp3" });
      },
      says: /go with their claim \(Delete\): set reclaimPolicy to Retain$/,
    },
    {
      title: "used by a claim that names none, as it is the default",
      stack: (s) => {
        storageClass(s, { metadata: { name: "gp3", annotations: isDefault } });
        claim(s);
      },
      says: /go with their claim \(Delete\): set reclaimPolicy to Retain$/,
    },
    {
      title: "a volume",
      stack: (s) => volume(s, "Delete"),
      says: "PersistentVolume disk goes with its claim (Delete): set spec.persistentVolumeReclaimPolicy to Retain",
      of: ["disk"],
    },
    {
      title: "an exception, and a name that is not known",
      stack: (s) =>
        s.add(PersistentVolume, "disk", {
          metadata: { name: notKnown() },
          spec: { persistentVolumeReclaimPolicy: "Delete" },
        }),
      config: { except: "cache" },
      says: "PersistentVolume disk goes with its claim",
    },
    {
      title: "an exception for another one",
      stack: (s) => volume(s, "Delete"),
      config: { except: "cache" },
      says: "PersistentVolume disk",
    },
    {
      title: "used from elsewhere it is advice",
      stack: (s) => {
        storageClass(s);
        claim(s, { storageClassName: "io2" });
      },
      says: "this is advice, as no claim of the stack uses it",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => storageClass(s, { reclaimPolicy: notKnown() }),
      says: "reclaimPolicy of StorageClass gp3 is not known",
    },
    {
      title: "whether a claim uses it is not known",
      stack: (s) => {
        storageClass(s);
        claim(s, { storageClassName: notKnown() });
      },
      says: "spec.storageClassName of PersistentVolumeClaim files is not known",
    },
  ],
  notApplicable: [
    {
      title: "what may be lost, by the name that the cluster knows",
      stack: (s) => storageClass(s, { metadata: { name: "scratch" } }),
      config: { except: "^scratch$" },
      says: "for what may be lost",
    },
    { title: "no storage", stack: (s) => statefulSet(s, "db") },
    {
      title: "for what may be lost",
      stack: (s) => storageClass(s, {}, "cache"),
      config: { except: "^cache" },
      says: "for what may be lost",
      of: ["cache"],
    },
  ],
};
export default cases;
