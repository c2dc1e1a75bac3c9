import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment, operated, type Container } from "../../testing/pods.ts";
import { cronJob, statefulSet } from "../../testing/workloads.ts";
import rule from "./resources.ts";

type Resources = Exclude<Container["resources"], undefined>;
const web = (s: StackBuilder, resources: Resources) =>
  deployment(s, "web", { container: { resources } });
const complete = { requests: { cpu: "250m", memory: "1Gi" }, limits: { memory: "1Gi" } };
const limits = (s: StackBuilder, type: string, namespace = "data") =>
  s.add(LimitRange, "limits", {
    metadata: { namespace },
    spec: {
      limits: [{ type, default: { memory: "1Gi" }, defaultRequest: { cpu: "100m" } }],
    },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "set",
      stack: (s) => {
        statefulSet(s, "db", { container: { resources: complete } });
        cronJob(s, "backup", "0 3 * * *", { resources: complete });
        operated(s, { resources: complete });
      },
      of: ["backup", "clickhouse", "db"],
    },
    {
      title: "limits are requests too",
      stack: (s) => web(s, { limits: { cpu: "1", memory: "1Gi" } }),
      config: { cpuLimit: true },
    },
    {
      title: "for the pod as a whole",
      stack: (s) => deployment(s, "web", { pod: { resources: complete } }),
    },
    {
      title: "by the namespace",
      stack: (s) => {
        limits(s, "Container");
        deployment(s, "web");
      },
    },
    {
      title: "by the namespace, which says it of other things first",
      stack: (s) => {
        const container = { default: { memory: "1Gi" }, defaultRequest: { cpu: "100m" } };
        s.add(LimitRange, "limits", {
          metadata: { namespace: "data" },
          spec: { limits: [{ type: "Pod" }, { type: "Container", ...container }] },
        });
        deployment(s, "web");
      },
    },
    {
      title: "what prepares the pod need not say it",
      stack: (s) =>
        deployment(s, "web", {
          pod: { initContainers: [{ name: "prepare" }] },
          container: { resources: complete },
        }),
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => {
        deployment(s, "web");
        statefulSet(s, "db", { container: { resources: complete } });
      },
      says: "container web of Deployment web does not set requests.cpu, requests.memory, limits.memory: add it to spec.template.spec.containers.0.resources",
      of: ["web"],
    },
    {
      title: "no limit of memory",
      stack: (s) => web(s, { requests: complete.requests }),
      says: "does not set limits.memory: add",
    },
    {
      title: "no request of cpu",
      stack: (s) => web(s, { limits: { memory: "1Gi" } }),
      says: "does not set requests.cpu: add",
    },
    {
      title: "a limit of cpu is wanted",
      stack: (s) => web(s, complete),
      config: { cpuLimit: true },
      says: "does not set limits.cpu: add",
    },
    {
      title: "by another namespace, and for other things",
      stack: (s) => {
        limits(s, "Container", "other");
        s.add(LimitRange, "claims", {
          metadata: { namespace: "data" },
          spec: { limits: [{ type: "PersistentVolumeClaim", default: { memory: "1Gi" } }] },
        });
        deployment(s, "web");
      },
      says: "does not set requests.cpu, requests.memory, limits.memory",
    },
    {
      title: "the namespace says some of it",
      stack: (s) => {
        s.add(LimitRange, "limits", {
          metadata: { namespace: "data" },
          spec: { limits: [{ type: "Container", defaultRequest: { cpu: "1", memory: "1Gi" } }] },
        });
        deployment(s, "web");
      },
      says: "does not set limits.memory: add",
    },
    {
      title: "the namespace says it of memory only",
      stack: (s) => {
        s.add(LimitRange, "limits", {
          metadata: { namespace: "data" },
          spec: { limits: [{ type: "Container", default: { memory: "1Gi" } }] },
        });
        deployment(s, "web");
      },
      says: "does not set requests.cpu: add",
    },
  ],
  unknown: [
    {
      title: "which namespace's limits they are is not known",
      stack: (s) => {
        limits(s, "Container", notKnown());
        deployment(s, "web");
      },
      says: "whether LimitRange limits is in the namespace of Deployment web is not known",
    },
  ],
  notApplicable: [{ title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
