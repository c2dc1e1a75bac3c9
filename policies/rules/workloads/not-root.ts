import { z } from "zod";
import { eachContainer, exempt, isWindows, noneOnWindows } from "../../model/pods.ts";
import { defineRule, failIf, pass, violation } from "../../rule.ts";

export default defineRule({
  id: "workloads-not-root",
  severity: "medium",
  title: "No container runs as root",
  remediation:
    "Set `securityContext.runAsNonRoot: true` and `runAsUser` on the pod; what the container sets itself wins.",
  covers: [
    "CKV_K8S_23",
    "CKV_K8S_40",
    "KYV-require-run-as-nonroot",
    "KYV-require-run-as-non-root-user",
  ],
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  config: z.strictObject({
    ...exempt,
    minimumUser: z
      .int()
      .min(1)
      .default(1)
      .describe("Least user id; from 10000 on ids do not meet those of nodes (CKV_K8S_40)"),
  }),
  check: eachContainer((container, { what, pod, config }) => {
    if (isWindows(pod)) return noneOnWindows;
    const path = "securityContext";
    const user = container.number(`${path}.runAsUser`) ?? pod.number(`${path}.runAsUser`);
    if (user !== undefined) {
      return failIf(
        user < config.minimumUser,
        `${what} runs as user ${user}: set securityContext.runAsUser to ${config.minimumUser} or more`,
      );
    }
    const other = container.boolean(`${path}.runAsNonRoot`) ?? pod.boolean(`${path}.runAsNonRoot`);
    if (other !== true) {
      return violation(`${what} may run as root: set securityContext.runAsNonRoot to true`);
    }
    // Which user the image names is not told here; that it is another than root, the kubelet checks.
    return config.minimumUser === 1
      ? pass
      : violation(
          `${what} runs as the user of its image: set securityContext.runAsUser to ${config.minimumUser} or more`,
        );
  }),
});
