import { z } from "zod";
import { together } from "../../model/outcomes.ts";
import { replicasOf } from "../../model/pods.ts";
import type { Resource } from "../../model/resource.ts";
import { podLabels, sameNamespace, selects } from "../../model/selectors.ts";
import type { Stack } from "../../model/stack.ts";
import { decide, defineRule, each, failIf, pass, violation } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-drainable",
  severity: "medium",
  title: "Disruption budgets let at least one pod go",
  remediation:
    "Set `maxUnavailable: 1`, or `minAvailable` below the number of replicas: else no node with such a pod is ever drained, also not one that must be replaced.",
  covers: [
    "PCR-kubernetes-policy-v1-poddisruptionbudget-disallow-zero-voluntary-disruption",
    "KYV-pdb-minavailable",
    "KYV-pdb-maxunavailable",
    "KYV-require-reasonable-pdbs",
    "KYV-require-replicas-allow-disruption",
  ],
  url: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  config: z.strictObject({}),
  check: each(kubernetes.disruptionBudget, (budget, { stack }) => {
    const most = budget.string("spec.maxUnavailable");
    const least = budget.string("spec.minAvailable");
    return together([
      failIf(
        most === "0" || most === "0%",
        `${budget.label} lets no pod go: raise spec.maxUnavailable to 1 or more`,
      ),
      decide(() => {
        if (least === "100%") {
          return violation(
            `${budget.label} lets no pod go: lower spec.minAvailable, or set maxUnavailable to 1`,
          );
        }
        if (least === undefined) return pass;
        const pods = podsOf(budget, stack);
        const kept = least.endsWith("%")
          ? Math.ceil((pods * Number(least.slice(0, -1))) / 100)
          : Number(least);
        return failIf(
          pods > 0 && kept >= pods,
          `${budget.label} keeps ${kept} of ${pods} pods: lower spec.minAvailable below ${pods}`,
        );
      }),
    ]);
  }),
});

/** Pods that the budget counts; 0 when the stack does not hold what runs them. */
function podsOf(budget: Resource, stack: Stack): number {
  return stack
    .of(kubernetes.deployment, kubernetes.statefulSet)
    .filter(
      (each) =>
        budget.has("spec.selector") &&
        sameNamespace(budget, each) &&
        selects(budget.at("spec.selector"), podLabels(each)),
    )
    .reduce((sum, each) => sum + replicasOf(each), 0);
}
