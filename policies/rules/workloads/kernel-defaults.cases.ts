import { Pod } from "@pulumi/kubernetes/core/v1/pod.js";
import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { daemonSet, deployment, type Container, type PodSpec } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./kernel-defaults.ts";

type OfPod = Exclude<PodSpec["securityContext"], undefined>;
type OfContainer = Exclude<Container["securityContext"], undefined>;
const web = (s: StackBuilder, pod: OfPod, container: OfContainer = {}) =>
  deployment(s, "web", {
    pod: { securityContext: pod },
    container: { securityContext: container },
  });
const appArmor = "container.apparmor.security.beta.kubernetes.io/web";
const annotated = (s: StackBuilder, value: string) => {
  const labels = { app: "web" };
  const metadata = { labels, annotations: { [appArmor]: value } };
  const spec = { containers: [{ name: "web", image: "web:1" }] };
  return deployment(s, "web", { spec: { template: { metadata, spec } } });
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "nothing set, and what the standard takes",
      stack: (s) => {
        statefulSet(s, "db");
        web(
          s,
          {
            sysctls: [{ name: "net.ipv4.tcp_keepalive_time", value: "60" }],
            seLinuxOptions: { type: "container_t", level: "s0:c1,c2" },
            appArmorProfile: { type: "RuntimeDefault" },
          },
          { procMount: "Default", seLinuxOptions: { type: "" } },
        );
      },
      of: ["db", "web"],
    },
    {
      title: "an old annotation, an empty one, and one of somebody else",
      stack: (s) => {
        annotated(s, "runtime/default");
        const containers = [{ name: "job", image: "job:1" }];
        const annotations = { [appArmor]: null as never, "acme.example/apparmor": "unconfined" };
        s.add(Pod, "job", { metadata: { annotations }, spec: { containers } });
      },
      of: ["job", "web"],
    },
    {
      title: "the other types of SELinux for containers",
      stack: (s) => {
        for (const type of ["container_init_t", "container_kvm_t", "container_engine_t"])
          deployment(s, type, { pod: { securityContext: { seLinuxOptions: { type } } } });
      },
    },
    {
      title: "one more sysctl is taken",
      stack: (s) => web(s, { sysctls: [{ name: "net.core.somaxconn", value: "4096" }] }),
      config: { sysctls: ["net.core.somaxconn"] },
    },
  ],
  violation: [
    {
      title: "a sysctl of the node",
      stack: (s) => {
        statefulSet(s, "db");
        web(s, { sysctls: [{ name: "kernel.msgmax", value: "1" }] });
      },
      says: "Deployment web sets the sysctl kernel.msgmax: remove spec.template.spec.securityContext.sysctls.0",
      of: ["web"],
    },
    {
      title: "the whole of /proc",
      stack: (s) => web(s, {}, { procMount: "Unmasked" }),
      says: "Deployment web sets procMount to Unmasked: remove spec.template.spec.containers.0.securityContext.procMount",
    },
    {
      title: "a type of SELinux",
      stack: (s) => web(s, { seLinuxOptions: { type: "spc_t" } }),
      says: "sets seLinuxOptions.type to spc_t",
    },
    {
      title: "a user and a role of SELinux are both told",
      stack: (s) => web(s, {}, { seLinuxOptions: { user: "system_u", role: "sysadm_r" } }),
      says: /seLinuxOptions.user to system_u.*; .*seLinuxOptions.role to sysadm_r/,
    },
    {
      title: "AppArmor off",
      stack: (s) => web(s, {}, { appArmorProfile: { type: "Unconfined" } }),
      says: "sets appArmorProfile.type to Unconfined",
    },
    {
      title: "AppArmor off, by an annotation of the pod itself",
      stack: (s) =>
        s.add(Pod, "job", {
          metadata: { annotations: { [appArmor]: "unconfined" } },
          spec: { containers: [{ name: "web", image: "web:1" }] },
        }),
      says: "takes AppArmor off",
    },
    {
      title: "AppArmor off, by annotation",
      stack: (s) => annotated(s, "unconfined"),
      says: "takes AppArmor off: remove the annotation container.apparmor.security.beta.kubernetes.io/web",
    },
    {
      title: "in a container that prepares the pod",
      stack: (s) =>
        deployment(s, "web", {
          pod: {
            initContainers: [{ name: "prepare", securityContext: { procMount: "Unmasked" } }],
          },
        }),
      says: "remove spec.template.spec.initContainers.0.securityContext.procMount",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => web(s, {}, { procMount: notKnown() }),
      says: "securityContext.procMount of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "what runs the cluster itself",
      stack: (s) =>
        daemonSet(s, "cni", {
          pod: { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } },
          namespace: "kube-system",
        }),
    },
  ],
};
export default cases;
