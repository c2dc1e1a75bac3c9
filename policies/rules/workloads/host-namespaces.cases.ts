import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { daemonSet, deployment } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./host-namespaces.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "nothing set, and said so",
      stack: (s) => {
        statefulSet(s, "db");
        deployment(s, "web", { pod: { hostNetwork: false, hostPID: false, hostIPC: false } });
      },
      of: ["db", "web"],
    },
  ],
  violation: [
    ...(["hostNetwork", "hostPID", "hostIPC"] as const).map((field) => ({
      title: field,
      stack: (s: StackBuilder) => {
        statefulSet(s, "db");
        deployment(s, "web", { pod: { [field]: true } });
      },
      says: `Deployment web has ${field}: remove spec.template.spec.${field}`,
      of: ["web"],
    })),
    {
      title: "two at once are both told",
      stack: (s) => statefulSet(s, "db", { pod: { hostPID: true, hostIPC: true } }),
      says: /hostPID: remove .*; StatefulSet db has hostIPC/,
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => deployment(s, "web", { pod: { hostPID: notKnown() } }),
      says: "spec.template.spec.hostPID of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "the network of the cluster itself",
      stack: (s) => daemonSet(s, "cni", { pod: { hostNetwork: true }, namespace: "kube-system" }),
    },
  ],
};
export default cases;
