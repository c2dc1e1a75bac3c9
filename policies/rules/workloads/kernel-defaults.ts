import { z } from "zod";
import { together } from "../../model/outcomes.ts";
import { eachPod, exempt } from "../../model/pods.ts";
import type { Reader } from "../../model/value.ts";
import { defineRule, failIf, type Outcome } from "../../rule.ts";

const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_syncookies",
];
const seLinuxTypes = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

export default defineRule({
  id: "workloads-kernel-defaults",
  severity: "medium",
  title: "Pods leave the protections of the kernel as they are",
  remediation:
    "Remove `procMount`, `seLinuxOptions.user` and `role`, AppArmor profiles of type Unconfined, and sysctls that reach beyond the pod.",
  covers: [
    "KYV-disallow-proc-mount",
    "KYV-disallow-selinux",
    "KYV-restrict-apparmor-profiles",
    "KYV-restrict-sysctls",
  ],
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  config: z.strictObject({
    ...exempt,
    sysctls: z.array(z.string()).default(safeSysctls).describe("Sysctls that a pod may set"),
  }),
  check: eachPod((pod, { what, workload, config }) => {
    const containers = ["initContainers", "containers"].flatMap((list) => pod.list(list));
    const contexts = [pod, ...containers].map((each) => each.at("securityContext"));
    return together([
      ...pod.list("securityContext.sysctls").map((sysctl) => {
        const name = String(sysctl.string("name"));
        return failIf(
          !config.sysctls.includes(name),
          `${what} sets the sysctl ${name}: remove ${sysctl.path}`,
        );
      }),
      ...contexts.flatMap((context) => judge(context, what)),
      ...annotations(workload.at("metadata.annotations"), what),
      ...annotations(workload.at("spec.template.metadata.annotations"), what),
    ]);
  }),
});

function judge(context: Reader, what: string): Outcome[] {
  const odd = (path: string, wrong: boolean) =>
    failIf(
      wrong,
      `${what} sets ${path} to ${String(context.string(path))}: remove ${context.path}.${path}`,
    );
  const procMount = context.string("procMount") ?? "Default";
  const type = context.string("seLinuxOptions.type") ?? "";
  return [
    odd("procMount", procMount !== "Default"),
    odd("seLinuxOptions.type", type !== "" && !seLinuxTypes.includes(type)),
    odd("seLinuxOptions.user", context.has("seLinuxOptions.user")),
    odd("seLinuxOptions.role", context.has("seLinuxOptions.role")),
    odd("appArmorProfile.type", context.string("appArmorProfile.type") === "Unconfined"),
  ];
}

/** How AppArmor was set before Kubernetes 1.30. */
function annotations(found: Reader, what: string): Outcome[] {
  return found
    .keys("")
    .filter((key) => key.startsWith("container.apparmor.security.beta.kubernetes.io/"))
    .map((key) =>
      failIf(
        String(found.entry(key)?.string("")) === "unconfined",
        `${what} takes AppArmor off: remove the annotation ${key}`,
      ),
    );
}
