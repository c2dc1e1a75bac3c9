import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { daemonSet, deployment, type Container } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./host-ports.ts";

type Ports = Exclude<Container["ports"], undefined>;
const web = (s: StackBuilder, ports: Ports) => deployment(s, "web", { container: { ports } });
const taken = { containerPort: 8080, hostPort: 80 };

const cases: Cases = {
  rule,
  pass: [
    {
      title: "ports of the pod alone",
      stack: (s) => {
        statefulSet(s, "db");
        web(s, [{ containerPort: 8080 }, { containerPort: 8081, hostPort: 0 }]);
      },
      of: ["db", "web"],
    },
    { title: "one that is taken", stack: (s) => web(s, [taken]), config: { allowed: [80] } },
  ],
  violation: [
    {
      title: "a port of the node",
      stack: (s) => {
        statefulSet(s, "db");
        web(s, [{ containerPort: 9090 }, taken]);
      },
      says: "container web of Deployment web takes port 80 of its node: remove spec.template.spec.containers.0.ports.1.hostPort",
      of: ["web"],
    },
    {
      title: "another than is taken",
      stack: (s) => web(s, [taken]),
      config: { allowed: [443] },
      says: "takes port 80",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => web(s, [{ containerPort: 8080, hostPort: notKnown() }]),
      says: "ports.0.hostPort of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "what runs the cluster itself",
      stack: (s) =>
        daemonSet(s, "dns", { container: { ports: [taken] }, namespace: "kube-system" }),
    },
  ],
};
export default cases;
