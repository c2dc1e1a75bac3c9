import { z } from "zod";
import { eachPod, exempt, replicasOf } from "../../model/pods.ts";
import type { Reader } from "../../model/value.ts";
import { defineRule, failIf, notApplicable } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-spread",
  severity: "medium",
  title: "Pods of a workload are in more than one zone",
  remediation:
    "Add `topologySpreadConstraints` with the topologyKey `topology.kubernetes.io/zone` to the pod, or a podAntiAffinity by it: the scheduler's own spreading is a wish.",
  covers: ["KYV-spread-pods-across-topology", "KYV-topologyspreadconstraints-policy"],
  url: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
  config: z.strictObject({
    ...exempt,
    topologyKeys: z
      .array(z.string())
      .default(["topology.kubernetes.io/zone"])
      .describe("Labels of nodes; pods must be spread by one of them"),
  }),
  check: eachPod(
    (pod, { what, workload, config }) => {
      if (replicasOf(workload) < 2) return notApplicable("there is one pod at most");
      return failIf(
        !keysOf(pod).some((key) => config.topologyKeys.includes(key)),
        `all pods of ${what} may be in one zone: add ${pod.path}.topologySpreadConstraints with topologyKey ${config.topologyKeys.join(" or ")}`,
      );
    },
    [kubernetes.deployment, kubernetes.statefulSet],
  ),
});

/** What the pods are kept apart by. */
function keysOf(pod: Reader): string[] {
  const apart = pod.at("affinity.podAntiAffinity");
  return [
    ...pod.list("topologySpreadConstraints"),
    ...apart.list("requiredDuringSchedulingIgnoredDuringExecution"),
    ...apart
      .list("preferredDuringSchedulingIgnoredDuringExecution")
      .map((each) => each.at("podAffinityTerm")),
  ].map((each) => String(each.string("topologyKey")));
}
