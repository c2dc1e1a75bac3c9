import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { daemonSet, deployment, operated, pod } from "../../testing/pods.ts";
import { cronJob, job, statefulSet } from "../../testing/workloads.ts";
import rule from "./unprivileged.ts";

const privileged = { securityContext: { privileged: true } };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "every kind of workload, nothing set or said so",
      stack: (s) => {
        statefulSet(s, "db");
        deployment(s, "web", { container: { securityContext: { privileged: false } } });
        daemonSet(s, "agent");
        pod(s, "shell");
        job(s, "load");
        cronJob(s, "backup", "0 3 * * *");
        operated(s, {});
      },
      of: ["agent", "backup", "clickhouse", "db", "load", "shell", "web"],
    },
  ],
  violation: [
    {
      title: "every kind of workload",
      stack: (s) => {
        statefulSet(s, "db", { container: privileged });
        deployment(s, "web", { container: privileged });
        daemonSet(s, "agent", { container: privileged });
        pod(s, "shell", { container: privileged });
        job(s, "load", privileged);
        cronJob(s, "backup", "0 3 * * *", privileged);
        operated(s, {}, privileged);
      },
      says: "container db of StatefulSet db is privileged: remove spec.template.spec.containers.0.securityContext.privileged",
      of: ["agent", "backup", "clickhouse", "db", "load", "shell", "web"],
    },
    {
      title: "one that prepares the pod, and another one: both are told",
      stack: (s) =>
        deployment(s, "web", {
          pod: { initContainers: [{ name: "prepare", ...privileged }] },
          container: privileged,
        }),
      says: /container prepare of Deployment web is privileged.*; container web of Deployment web is privileged/,
    },
    {
      title: "one beside another that is not known",
      stack: (s) =>
        deployment(s, "web", {
          pod: {
            initContainers: [{ name: "prepare", securityContext: { privileged: notKnown() } }],
          },
          container: privileged,
        }),
      says: "container web of Deployment web is privileged",
    },
    {
      title: "one whose name is not known",
      stack: (s) => pod(s, "shell", { container: { name: notKnown(), ...privileged } }),
      says: "a container of Pod shell is privileged",
    },
    {
      title: "of Windows: the pod, and the container",
      stack: (s) => {
        const securityContext = { windowsOptions: { hostProcess: true } };
        pod(s, "shell", { pod: { securityContext } });
        pod(s, "other", { container: { securityContext } });
      },
      says: "container shell of Pod shell is a process of its node: remove securityContext.windowsOptions.hostProcess",
      of: ["other", "shell"],
    },
    {
      title: "a namespace that is not left out",
      stack: (s) => daemonSet(s, "agent", { container: privileged, namespace: "kube-system" }),
      config: { exceptNamespaces: ["cni"] },
      says: "container agent",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => pod(s, "shell", { container: { securityContext: { privileged: notKnown() } } }),
      says: "spec.containers.0.securityContext.privileged of Pod shell is not known",
    },
    {
      title: "the containers are not known",
      stack: (s) => pod(s, "shell", { pod: { containers: notKnown() } }),
      says: "containers of Pod shell are not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}), says: "runs no such pods" },
    {
      title: "what runs the cluster itself",
      stack: (s) => daemonSet(s, "cni", { container: privileged, namespace: "kube-system" }),
      says: "the namespace kube-system is left out",
      of: ["cni"],
    },
    {
      title: "pods that an operator makes all by itself",
      stack: (s) => operated(s),
      says: "names no pod template",
    },
  ],
};
export default cases;
