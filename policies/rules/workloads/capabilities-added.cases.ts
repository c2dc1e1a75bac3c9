import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { daemonSet, deployment, operated } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./capabilities-added.ts";

const adding = (...add: readonly string[]) => ({
  securityContext: { capabilities: { add: [...add] } },
});
const web = (s: StackBuilder, ...add: readonly string[]) =>
  deployment(s, "web", { container: adding(...add) });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "none, and one of the baseline",
      stack: (s) => {
        statefulSet(s, "db");
        web(s, "NET_BIND_SERVICE", "CHOWN");
      },
      of: ["db", "web"],
    },
    {
      title: "one more is taken",
      stack: (s) => web(s, "IPC_LOCK"),
      config: { allowed: ["IPC_LOCK"] },
    },
  ],
  violation: [
    {
      title: "two that lead out, in a Deployment and with an operator",
      stack: (s) => {
        web(s, "CHOWN", "SYS_ADMIN", "SYS_PTRACE");
        operated(s, {}, adding("NET_ADMIN"));
      },
      says: "container web of Deployment web gets SYS_ADMIN, SYS_PTRACE: remove it from spec.template.spec.containers.0.securityContext.capabilities.add",
      of: ["clickhouse", "web"],
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) =>
        deployment(s, "web", {
          container: { securityContext: { capabilities: { add: notKnown() } } },
        }),
      says: "securityContext.capabilities.add of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "what runs the cluster itself",
      stack: (s) =>
        daemonSet(s, "cni", { container: adding("NET_ADMIN"), namespace: "kube-system" }),
    },
  ],
};
export default cases;
