import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, open, type StackBuilder } from "../../testing/builder.ts";
import { daemonSet, deployment } from "../../testing/pods.ts";
import { job, statefulSet } from "../../testing/workloads.ts";
import rule from "./namespaced.ts";

const labels = { app: "web" };
const spec = {
  selector: { matchLabels: labels },
  template: {
    metadata: { labels },
    spec: { containers: [{ name: "web", image: "web:1" }] },
  },
};
const bare = (s: StackBuilder, kubeconfig?: string | typeof open) =>
  s.add(Deployment, "web", { spec }, kubeconfig === undefined ? {} : { provider: { kubeconfig } });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "one of the stack's own",
      stack: (s) => {
        s.add(Namespace, "data", { metadata: { name: "data" } });
        statefulSet(s, "db");
        job(s, "load");
      },
      of: ["db", "load"],
    },
  ],
  violation: [
    {
      title: "none, and a kubeconfig that names none",
      stack: (s) => bare(s, "contexts: [{context: {cluster: a}}]"),
      says: "Deployment web is in the namespace default",
    },
    {
      title: "the default one, whatever the kubeconfig names",
      stack: (s) => {
        const metadata = { name: "api", namespace: "default" };
        s.add(Deployment, "api", { metadata, spec }, { provider: { kubeconfig: "namespace: a" } });
      },
      says: "Deployment api is in the namespace default",
    },
    {
      title: "none, and the default one",
      stack: (s) => {
        bare(s);
        deployment(s, "api", { namespace: "default" });
        statefulSet(s, "db");
      },
      says: "Deployment web is in the namespace default: set metadata.namespace",
      of: ["api", "web"],
    },
  ],
  unknown: [
    ...["namespace: data", '{"namespace" : "data"}', "'namespace': data"].map((kubeconfig) => ({
      title: `the kubeconfig may name one: ${kubeconfig}`,
      stack: (s: StackBuilder) => bare(s, kubeconfig),
      says: "the namespace of Deployment web is in its provider's kubeconfig",
    })),
    {
      title: "the kubeconfig is not known",
      stack: (s) => bare(s, open),
      says: "is in its provider's kubeconfig",
    },
    {
      title: "not known",
      stack: (s) => deployment(s, "web", { namespace: notKnown() }),
      says: "the namespace of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "what runs the cluster itself",
      stack: (s) => daemonSet(s, "cni", { namespace: "kube-system" }),
    },
  ],
};
export default cases;
