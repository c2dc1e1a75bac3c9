import { z } from "zod";
import { eachContainer, exempt } from "../../model/pods.ts";
import { defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-capabilities-added",
  severity: "high",
  title: "No container gets capabilities that lead out of it",
  remediation:
    "Remove them from `securityContext.capabilities.add`; with SYS_ADMIN or SYS_PTRACE a container owns its node.",
  covers: ["CKV_K8S_25", "CKV_K8S_39", "KYV-disallow-capabilities"],
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  config: z.strictObject({
    ...exempt,
    allowed: z
      .array(z.string())
      .default([
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
      ])
      .describe("Capabilities that may be added: those of the baseline standard"),
  }),
  check: eachContainer((container, { what, config }) => {
    const capabilities = container.at("securityContext.capabilities");
    const extra = capabilities.strings("add").filter((each) => !config.allowed.includes(each));
    return failIf(
      extra.length > 0,
      `${what} gets ${extra.join(", ")}: remove it from ${capabilities.path}.add`,
    );
  }),
});
