import { z } from "zod";
import { eachContainer, exempt } from "../../model/pods.ts";
import { all, defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-unprivileged",
  severity: "high",
  title: "No container is privileged",
  remediation:
    "Remove `securityContext.privileged`, on Windows `windowsOptions.hostProcess`: such a container owns its node, and the data of every other pod there.",
  covers: ["CKV_K8S_16", "KYV-disallow-privileged-containers", "KYV-disallow-host-process"],
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  config: z.strictObject({ ...exempt }),
  check: eachContainer((container, { what, pod }) => {
    const context = container.at("securityContext");
    const host = "windowsOptions.hostProcess";
    return all(
      failIf(
        context.boolean("privileged") === true,
        `${what} is privileged: remove ${context.path}.privileged`,
      ),
      failIf(
        (context.boolean(host) ?? pod.boolean(`securityContext.${host}`)) === true,
        `${what} is a process of its node: remove securityContext.${host}`,
      ),
    );
  }),
});
