import { z } from "zod";
import { eachContainer, exempt, isWindows, noneOnWindows, running } from "../../model/pods.ts";
import { shortType } from "../../model/resource.ts";
import { defineRule, failIf, notApplicable } from "../../rule.ts";

export default defineRule({
  id: "workloads-read-only-root",
  severity: "low",
  title: "Data stores write to their volumes alone",
  remediation:
    "Set `securityContext.readOnlyRootFilesystem: true`, and mount an `emptyDir` where temporary files go: what is written beside the volume is lost with the pod.",
  covers: [
    "CKV_K8S_22",
    "PCR-kubernetes-apps-v1-statefulset-enable-read-only-root-filesystem",
    "PCR-kubernetes-apps-v1-deployment-enable-read-only-root-filesystem",
  ],
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  config: z.strictObject({
    ...exempt,
    kinds: z
      .array(z.string())
      .default(["StatefulSet"])
      .describe("Kinds of workloads that are looked at, such as Deployment, Job, CronJob"),
  }),
  check: eachContainer((container, { what, pod, workload, config }) => {
    if (!config.kinds.includes(shortType(workload.type))) {
      return notApplicable(`only ${config.kinds.join(", ")} are looked at (kinds)`);
    }
    if (isWindows(pod)) return noneOnWindows;
    const context = container.at("securityContext");
    return failIf(
      context.boolean("readOnlyRootFilesystem") !== true,
      `${what} can write beside its volumes: set ${context.path}.readOnlyRootFilesystem to true`,
    );
  }, running),
});
