import { z } from "zod";
import { eachPod, exempt, replicasOf } from "../../model/pods.ts";
import { selecting } from "../../model/selectors.ts";
import { defineRule, failIf, notApplicable } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-disruption-budget",
  severity: "medium",
  title: "Nodes are drained without stopping a workload as a whole",
  remediation:
    "Add a PodDisruptionBudget that selects its pods, with `maxUnavailable: 1`: an upgrade of nodes else evicts all of them at once.",
  covers: ["KYV-require-pdb"],
  url: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
  config: z.strictObject({ ...exempt }),
  check: eachPod(
    (_, { what, workload, stack }) => {
      const replicas = replicasOf(workload);
      if (replicas < 2) return notApplicable("a budget for one pod would only block drains");
      const budgets = selecting(workload, kubernetes.disruptionBudget, "spec.selector", stack);
      return failIf(
        budgets.length === 0,
        `all ${replicas} pods of ${what} may be evicted at once: add a PodDisruptionBudget with maxUnavailable 1`,
      );
    },
    [kubernetes.deployment, kubernetes.statefulSet],
  ),
});
