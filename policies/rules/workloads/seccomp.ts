import { z } from "zod";
import { eachContainer, exempt, isWindows, noneOnWindows } from "../../model/pods.ts";
import { defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-seccomp",
  severity: "medium",
  title: "Containers may make only the system calls that programs need",
  remediation:
    'Set `securityContext.seccompProfile` of the pod to `{ type: "RuntimeDefault" }`; nothing set is Unconfined on most nodes.',
  covers: ["CKV_K8S_31", "KYV-restrict-seccomp", "KYV-restrict-seccomp-strict"],
  url: "https://kubernetes.io/docs/tutorials/security/seccomp/",
  config: z.strictObject({
    ...exempt,
    allowed: z
      .array(z.string())
      .default(["RuntimeDefault", "Localhost"])
      .describe("Types of profiles that are taken"),
  }),
  check: eachContainer((container, { what, pod, config }) => {
    if (isWindows(pod)) return noneOnWindows;
    const path = "securityContext.seccompProfile.type";
    const type = container.string(path) ?? pod.string(path) ?? "Unconfined";
    return failIf(
      !config.allowed.includes(type),
      `${what} may make every system call (${type}): set ${path} of the pod to RuntimeDefault`,
    );
  }),
});
