import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type { types } from "@pulumi/kubernetes";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./network-policy.ts";

type Spec = types.input.networking.v1.NetworkPolicySpec;
const policy = (s: StackBuilder, spec: Partial<Spec>, name = "policy", namespace = "data") =>
  s.add(NetworkPolicy, name, {
    metadata: { namespace },
    spec: { podSelector: { matchLabels: { app: "db" } }, ...spec },
  });
const clients = {
  from: [{ podSelector: { matchLabels: { app: "web" } } }],
  ports: [{ port: 2181 }],
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "named clients; a Deployment is not asked",
      stack: (s) => {
        statefulSet(s, "db");
        deployment(s, "web");
        policy(s, { policyTypes: ["Ingress"], ingress: [clients] });
      },
      of: ["db"],
    },
    {
      title: "nobody, for the whole namespace",
      stack: (s) => {
        statefulSet(s, "db");
        statefulSet(s, "queue");
        policy(s, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
      },
      of: ["db", "queue"],
    },
    {
      title: "no types is Ingress; one port for all is a choice",
      stack: (s) => {
        statefulSet(s, "db");
        policy(s, { ingress: [{ ports: [{ port: 9000 }] }] });
      },
    },
  ],
  violation: [
    {
      title: "none",
      stack: (s) => {
        statefulSet(s, "db");
        policy(s, {});
        statefulSet(s, "queue");
      },
      says: "every pod of the cluster reaches StatefulSet queue: add a NetworkPolicy for Ingress that selects it",
      of: ["queue"],
    },
    {
      title: "only for what it reaches itself, and one of another namespace",
      stack: (s) => {
        statefulSet(s, "db");
        policy(s, { policyTypes: ["Egress"] });
        policy(s, {}, "other", "other");
      },
      says: "every pod of the cluster reaches StatefulSet db",
    },
    {
      title: "one that lets everybody in, beside one that does not",
      stack: (s) => {
        statefulSet(s, "db");
        policy(s, { ingress: [clients] });
        policy(s, { ingress: [{}] }, "open");
      },
      says: "NetworkPolicy open lets everybody reach StatefulSet db: name who may in from of its spec.ingress",
    },
  ],
  unknown: [
    {
      title: "whom it selects is not known",
      stack: (s) => {
        statefulSet(s, "db");
        policy(s, { podSelector: { matchLabels: { app: notKnown() } } });
      },
      says: "spec.podSelector.matchLabels.app of NetworkPolicy policy is not known",
    },
  ],
  notApplicable: [
    { title: "no set", stack: (s) => deployment(s, "web") },
    {
      title: "in the network of its node",
      stack: (s) => statefulSet(s, "db", { pod: { hostNetwork: true } }),
      says: "do not hold in its node's network",
      of: ["db"],
    },
  ],
};
export default cases;
