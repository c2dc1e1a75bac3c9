import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { daemonSet, deployment } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./host-paths.ts";

const mounting = (s: StackBuilder, path: string) =>
  deployment(s, "web", {
    pod: {
      volumes: [
        { name: "cache", emptyDir: {} },
        { name: "node", hostPath: { path } },
      ],
    },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "volumes of other kinds",
      stack: (s) => {
        statefulSet(s, "db");
        deployment(s, "web", {
          pod: {
            volumes: [
              { name: "settings", configMap: { name: "web" } },
              { name: "cache", emptyDir: {} },
            ],
          },
        });
      },
      of: ["db", "web"],
    },
  ],
  violation: [
    {
      title: "the socket of a container engine",
      stack: (s) => {
        statefulSet(s, "db");
        mounting(s, "/var/run/docker.sock");
      },
      says: "Deployment web mounts a folder of its node: replace spec.template.spec.volumes.1.hostPath",
      of: ["web"],
    },
    {
      title: "a path that is not known yet is one too",
      stack: (s) => mounting(s, notKnown()),
      says: "mounts a folder of its node",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => deployment(s, "web", { pod: { volumes: notKnown() } }),
      says: "spec.template.spec.volumes of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "what runs the cluster itself",
      stack: (s) =>
        daemonSet(s, "csi", {
          pod: { volumes: [{ name: "plugins", hostPath: { path: "/var/lib/kubelet" } }] },
          namespace: "kube-system",
        }),
    },
  ],
};
export default cases;
