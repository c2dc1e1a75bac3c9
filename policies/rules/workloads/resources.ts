import { z } from "zod";
import { eachMainContainer, exempt } from "../../model/pods.ts";
import type { Resource } from "../../model/resource.ts";
import { sameNamespace } from "../../model/selectors.ts";
import type { Stack } from "../../model/stack.ts";
import { defineRule, failIf } from "../../rule.ts";

const limitRange = "kubernetes:core/v1:LimitRange";

export default defineRule({
  id: "workloads-resources",
  severity: "medium",
  title: "Containers say what they need, and how much memory they take at most",
  remediation:
    "Set `resources.requests` of cpu and memory, and `resources.limits.memory`: a node that runs out of memory kills pods that asked for " +
    "less first, and a standby that nobody sized does not fit on the day.",
  covers: [
    "CKV_K8S_10",
    "CKV_K8S_11",
    "CKV_K8S_12",
    "CKV_K8S_13",
    "KYV-require-pod-requests-limits",
  ],
  url: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  config: z.strictObject({
    ...exempt,
    cpuLimit: z
      .boolean()
      .default(false)
      .describe("Asks for limits.cpu too (CKV_K8S_11); it slows pods down while the node is idle"),
  }),
  check: eachMainContainer((container, { what, pod, workload, stack, config }) => {
    // A limit is also the request, when that is not set; the pod's own resources are for all containers.
    const wanted = {
      "requests.cpu": ["requests.cpu", "limits.cpu"],
      "requests.memory": ["requests.memory", "limits.memory"],
      "limits.memory": ["limits.memory"],
      ...(config.cpuLimit ? { "limits.cpu": ["limits.cpu"] } : {}),
    };
    const missing = Object.entries(wanted)
      .filter(([, paths]) =>
        paths.every((path) => !container.has(`resources.${path}`) && !pod.has(`resources.${path}`)),
      )
      .map(([path]) => path)
      .filter((path) => !hasDefault(path, workload, stack));
    return failIf(
      missing.length > 0,
      `${what} does not set ${missing.join(", ")}: add it to ${container.path}.resources`,
    );
  }),
});

/** The namespace gives it to containers that do not say it. */
function hasDefault(path: string, workload: Resource, stack: Stack): boolean {
  const fields = path.startsWith("limits.") ? ["default"] : ["defaultRequest", "default"];
  const resource = String(path.split(".")[1]);
  return stack
    .of(limitRange)
    .some(
      (range) =>
        sameNamespace(range, workload) &&
        range
          .list("spec.limits")
          .some(
            (limit) =>
              limit.string("type") === "Container" &&
              fields.some((field) => limit.has(`${field}.${resource}`)),
          ),
    );
}
