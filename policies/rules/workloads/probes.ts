import { z } from "zod";
import { eachPod, exempt, replicasOf } from "../../model/pods.ts";
import { all, defineRule, failIf, notApplicable } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-probes",
  severity: "medium",
  title: "Kubernetes is told when a pod does its work",
  remediation:
    "Add a `readinessProbe` to a container of the pod: without it a restart or a drain goes on to the next pod before this one is back.",
  covers: ["CKV_K8S_8", "CKV_K8S_9", "KYV-require-probes"],
  url: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
  config: z.strictObject({
    ...exempt,
    liveness: z
      .boolean()
      .default(false)
      .describe(
        "Asks for a livenessProbe too (CKV_K8S_8); a process that ends when it fails needs none, and a slow one is killed by it",
      ),
  }),
  check: eachPod(
    (pod, { what, workload, config }) => {
      const alone =
        workload.string("spec.strategy.type") === "Recreate" && replicasOf(workload) <= 1;
      if (alone) return notApplicable("its only pod is stopped before the next one starts");
      const containers = pod.list("containers");
      const have = (probe: string) => containers.some((each) => each.has(probe));
      return all(
        failIf(
          !have("readinessProbe"),
          `${what} is taken for ready when it starts: add a readinessProbe to ${pod.path}.containers`,
        ),
        failIf(
          config.liveness && !have("livenessProbe"),
          `${what} is not restarted when it hangs: add a livenessProbe to ${pod.path}.containers`,
        ),
      );
    },
    [kubernetes.statefulSet, kubernetes.deployment, kubernetes.daemonSet, kubernetes.replicaSet],
  ),
});
