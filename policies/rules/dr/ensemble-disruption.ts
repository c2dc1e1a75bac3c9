import { z } from "zod";
import { ensembles } from "../../model/platform.ts";
import { selecting } from "../../model/selectors.ts";
import { defineRule, eachOf, failIf, violation } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "dr-ensemble-disruption",
  severity: "high",
  title: "Nodes are drained one member of a ZooKeeper ensemble at a time",
  remediation:
    "Add a PodDisruptionBudget that selects the ensemble's pods, with `maxUnavailable: 1`.",
  covers: ["DR-14"],
  url: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  config: z.strictObject({}),
  check: eachOf(ensembles, "the stack has no ZooKeeper ensemble", (ensemble, { stack }) => {
    const [budget] = selecting(ensemble, kubernetes.disruptionBudget, "spec.selector", stack);
    if (budget === undefined) {
      return violation(
        `every member of ${ensemble.label} may be evicted at once: add a PodDisruptionBudget with maxUnavailable 1`,
      );
    }
    const most = budget.string("spec.maxUnavailable");
    const members = ensemble.number("spec.replicas") ?? 1;
    const least = budget.number("spec.minAvailable");
    // One may go: said either way.
    const one = most === "1" || least === members - 1;
    return failIf(
      !one,
      `${budget.label} lets ${most ?? `all but ${least ?? 0} of ${members}`} members of ${ensemble.label} go at once: set spec.maxUnavailable to 1`,
    );
  }),
});
