import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment, operated, type Container, type PodSpec } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./not-root.ts";

type OfPod = Exclude<PodSpec["securityContext"], undefined>;
type OfContainer = Exclude<Container["securityContext"], undefined>;
const web = (s: StackBuilder, pod: OfPod, container: OfContainer = {}) =>
  deployment(s, "web", {
    pod: { securityContext: pod },
    container: { securityContext: container },
  });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by the pod, by the container, by the number alone",
      stack: (s) => {
        statefulSet(s, "db", { pod: { securityContext: { runAsNonRoot: true } } });
        operated(s, { securityContext: { runAsNonRoot: true, runAsUser: 101 } });
        web(s, { runAsUser: 1 });
      },
      of: ["clickhouse", "db", "web"],
    },
    {
      title: "the container says otherwise than its pod",
      stack: (s) => web(s, { runAsNonRoot: false, runAsUser: 0 }, { runAsUser: 1000 }),
    },
    {
      title: "high ids are wanted",
      stack: (s) => web(s, { runAsUser: 10_000 }),
      config: { minimumUser: 10_000 },
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => {
        deployment(s, "web");
        statefulSet(s, "db", { pod: { securityContext: { runAsNonRoot: true } } });
      },
      says: "container web of Deployment web may run as root: set securityContext.runAsNonRoot to true",
      of: ["web"],
    },
    {
      title: "root",
      stack: (s) => web(s, { runAsUser: 0, runAsNonRoot: true }),
      says: "runs as user 0: set securityContext.runAsUser to 1 or more",
    },
    {
      title: "the container says otherwise than its pod",
      stack: (s) => web(s, { runAsUser: 1000 }, { runAsUser: 0 }),
      says: "runs as user 0",
    },
    {
      title: "so it does, without a number",
      stack: (s) => web(s, { runAsNonRoot: true }, { runAsNonRoot: false }),
      says: "may run as root",
    },
    {
      title: "high ids are wanted",
      stack: (s) => web(s, { runAsUser: 9999 }),
      config: { minimumUser: 10_000 },
      says: "runs as user 9999: set securityContext.runAsUser to 10000 or more",
    },
    {
      title: "high ids are wanted, and the image decides",
      stack: (s) => web(s, { runAsNonRoot: true }),
      config: { minimumUser: 10_000 },
      says: "runs as the user of its image: set securityContext.runAsUser to 10000 or more",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => web(s, { runAsUser: notKnown() }),
      says: "spec.template.spec.securityContext.runAsUser of Deployment web is not known",
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
