import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment, operated } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./seccomp.ts";

const profile = (type: string) => ({ securityContext: { seccompProfile: { type } } });
const web = (s: StackBuilder, pod?: string, container?: string) =>
  deployment(s, "web", {
    pod: pod === undefined ? {} : profile(pod),
    container: container === undefined ? {} : profile(container),
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by the pod, by the container, and a profile of one's own",
      stack: (s) => {
        statefulSet(s, "db", { pod: profile("RuntimeDefault") });
        operated(s, profile("RuntimeDefault"));
        web(s, "Unconfined", "Localhost");
      },
      of: ["clickhouse", "db", "web"],
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => {
        web(s);
        statefulSet(s, "db", { pod: profile("RuntimeDefault") });
      },
      says: "container web of Deployment web may make every system call (Unconfined): set securityContext.seccompProfile.type of the pod to RuntimeDefault",
      of: ["web"],
    },
    {
      title: "the container takes it off",
      stack: (s) => web(s, "RuntimeDefault", "Unconfined"),
      says: "may make every system call (Unconfined)",
    },
    {
      title: "only one's own are taken",
      stack: (s) => web(s, "RuntimeDefault"),
      config: { allowed: ["Localhost"] },
      says: "(RuntimeDefault)",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => web(s, notKnown()),
      says: "securityContext.seccompProfile.type of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "Windows",
      stack: (s) => deployment(s, "web", { pod: { os: { name: "windows" } } }),
      says: "Windows",
    },
  ],
};
export default cases;
