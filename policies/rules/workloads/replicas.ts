import { z } from "zod";
import { eachPod, exempt, replicasOf } from "../../model/pods.ts";
import { defineRule, failIf, notApplicable } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-replicas",
  severity: "low",
  title: "Deployments survive the loss of a node",
  remediation:
    'Set `replicas` to 2 or more; for one that must be alone, set `strategy: { type: "Recreate" }`, which says so.',
  covers: ["PCR-kubernetes-apps-v1-deployment-configure-minimum-replica-count"],
  url: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/",
  config: z.strictObject({
    ...exempt,
    minimum: z.int().min(2).default(2).describe("Least replicas"),
  }),
  check: eachPod(
    (_, { what, workload, config }) => {
      const replicas = replicasOf(workload);
      if (replicas === 0) return notApplicable("it is scaled to none");
      if (workload.string("spec.strategy.type") === "Recreate") {
        return notApplicable("its strategy Recreate says that it must be alone");
      }
      return failIf(
        replicas < config.minimum,
        `${what} runs ${replicas} of ${config.minimum} pods that are wanted: raise spec.replicas`,
      );
    },
    [kubernetes.deployment],
  ),
});
