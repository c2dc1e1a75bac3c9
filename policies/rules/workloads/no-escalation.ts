import { z } from "zod";
import { eachContainer, exempt, isWindows, noneOnWindows } from "../../model/pods.ts";
import { defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-no-escalation",
  severity: "medium",
  title: "No process gains more rights than its parent has",
  remediation:
    "Set `securityContext.allowPrivilegeEscalation: false` on every container; nothing set allows it.",
  covers: ["CKV_K8S_20", "KYV-disallow-privilege-escalation"],
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  config: z.strictObject({ ...exempt }),
  check: eachContainer((container, { what, pod }) => {
    if (isWindows(pod)) return noneOnWindows;
    const context = container.at("securityContext");
    return failIf(
      context.boolean("allowPrivilegeEscalation") !== false,
      `processes of ${what} may gain rights: set ${context.path}.allowPrivilegeEscalation to false`,
    );
  }),
});
