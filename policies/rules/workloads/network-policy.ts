import { z } from "zod";
import { eachPod, exempt } from "../../model/pods.ts";
import type { Resource } from "../../model/resource.ts";
import { networkPolicy, selecting } from "../../model/selectors.ts";
import { defineRule, notApplicable, pass, violation } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-network-policy",
  severity: "medium",
  title: "Data stores take connections from named pods alone",
  remediation:
    "Add a NetworkPolicy whose podSelector takes the set's pods, with policyTypes Ingress and the clients in `from`: without one every pod of the cluster reaches it.",
  covers: ["CKV2_K8S_6", "KYV-require-netpol"],
  url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  config: z.strictObject({ ...exempt }),
  check: eachPod(
    (pod, { what, workload, stack }) => {
      if (pod.boolean("hostNetwork") === true) {
        return notApplicable("network policies do not hold in its node's network");
      }
      const policies = selecting(workload, networkPolicy, "spec.podSelector", stack).filter(
        (each) => typesOf(each).includes("Ingress"),
      );
      if (policies.length === 0) {
        return violation(
          `every pod of the cluster reaches ${what}: add a NetworkPolicy for Ingress that selects it`,
        );
      }
      const open = policies.find(letsAllIn);
      return open === undefined
        ? pass
        : violation(
            `${open.label} lets everybody reach ${what}: name who may in from of its spec.ingress`,
          );
    },
    [kubernetes.statefulSet],
  ),
});

/** Nothing said is Ingress, and Egress where there are rules for it. */
function typesOf(policy: Resource): string[] {
  const types = policy.strings("spec.policyTypes");
  return types.length === 0 ? ["Ingress"] : types;
}

/** A rule that names neither who nor where is open. */
function letsAllIn(policy: Resource): boolean {
  return policy.list("spec.ingress").some((rule) => !rule.has("from") && !rule.has("ports"));
}
