import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment, operated, type Container } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./capabilities-dropped.ts";

type Context = Exclude<Container["securityContext"], undefined>;
const web = (s: StackBuilder, securityContext: Context) =>
  deployment(s, "web", { container: { securityContext } });
const dropped = { securityContext: { capabilities: { drop: ["ALL"] } } };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "all, in any writing, one taken back",
      stack: (s) => {
        statefulSet(s, "db", { container: dropped });
        operated(s, dropped);
        web(s, { capabilities: { drop: ["all"], add: ["NET_BIND_SERVICE"] } });
      },
      of: ["clickhouse", "db", "web"],
    },
    {
      title: "another one may be taken back",
      stack: (s) => web(s, { capabilities: { drop: ["ALL"], add: ["IPC_LOCK"] } }),
      config: { mayAdd: ["IPC_LOCK"] },
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => {
        deployment(s, "web");
        statefulSet(s, "db", { container: dropped });
      },
      says: 'container web of Deployment web keeps capabilities that it was not asked for: set spec.template.spec.containers.0.securityContext.capabilities.drop to ["ALL"]',
      of: ["web"],
    },
    {
      title: "one of them",
      stack: (s) => web(s, { capabilities: { drop: ["NET_RAW"] } }),
      says: "keeps capabilities",
    },
    {
      title: "one taken back",
      stack: (s) => web(s, { capabilities: { drop: ["ALL"], add: ["CHOWN", "KILL"] } }),
      says: "adds CHOWN, KILL: remove it from",
    },
    {
      title: "of one that prepares the pod",
      stack: (s) =>
        deployment(s, "web", {
          pod: { initContainers: [{ name: "prepare" }] },
          container: dropped,
        }),
      says: "container prepare of Deployment web keeps",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => web(s, { capabilities: { drop: notKnown() } }),
      says: "securityContext.capabilities.drop of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "Windows",
      stack: (s) => deployment(s, "web", { pod: { os: { name: "windows" } } }),
      says: "a pod on Windows has no such setting",
    },
  ],
};
export default cases;
