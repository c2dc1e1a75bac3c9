import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { daemonSet, deployment, type PodSpec } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./volume-types.ts";

type Volumes = Exclude<PodSpec["volumes"], undefined>;
const web = (s: StackBuilder, volumes: Volumes) => deployment(s, "web", { pod: { volumes } });
const nfs = { name: "share", nfs: { server: "nfs.example", path: "/events" } };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "all that the standard takes",
      stack: (s) => {
        statefulSet(s, "db");
        web(s, [
          { name: "settings", configMap: { name: "web" } },
          { name: "login", secret: { secretName: "web" } },
          { name: "data", persistentVolumeClaim: { claimName: "web" } },
          { name: "cache", emptyDir: {} },
          { name: "scratch", ephemeral: {} },
          { name: "about", downwardAPI: {} },
          { name: "token", projected: { sources: [] } },
          { name: "store", csi: { driver: "secrets-store.csi.k8s.io" } },
        ]);
      },
      of: ["db", "web"],
    },
    {
      title: "a folder of the node is another rule's",
      stack: (s) => web(s, [{ name: "node", hostPath: { path: "/" } }]),
    },
    { title: "one more is taken", stack: (s) => web(s, [nfs]), config: { allowed: ["nfs"] } },
  ],
  violation: [
    {
      title: "a share of a server",
      stack: (s) => {
        statefulSet(s, "db");
        web(s, [{ name: "cache", emptyDir: {} }, nfs]);
      },
      says: "Deployment web mounts a volume of type nfs: replace spec.template.spec.volumes.1.nfs by a persistentVolumeClaim",
      of: ["web"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => web(s, notKnown()),
      says: "spec.template.spec.volumes of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "what runs the cluster itself",
      stack: (s) => daemonSet(s, "csi", { pod: { volumes: [nfs] }, namespace: "kube-system" }),
    },
  ],
};
export default cases;
