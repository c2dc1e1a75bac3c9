import { z } from "zod";
import { eachPod, exempt } from "../../model/pods.ts";
import { namespaceOf } from "../../model/selectors.ts";
import { unknown, type Reader } from "../../model/value.ts";
import { defineRule, failIf, undecided } from "../../rule.ts";

export default defineRule({
  id: "workloads-namespaced",
  severity: "low",
  title: "Workloads have a namespace of their own",
  remediation:
    "Set `metadata.namespace` to one of the platform's: quotas, network policies, Pod Security and restores work by namespace.",
  covers: ["CKV_K8S_21", "KYV-disallow-default-namespace"],
  url: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
  config: z.strictObject({ ...exempt }),
  check: eachPod((_, { what, workload }) => {
    const namespace = namespaceOf(workload);
    if (namespace === unknown) return undecided(`the namespace of ${what} is not known yet`);
    if (!workload.has("metadata.namespace") && saysNamespace(workload.provider)) {
      return undecided(`the namespace of ${what} is in its provider's kubeconfig`);
    }
    return failIf(
      namespace === "default",
      `${what} is in the namespace default: set metadata.namespace`,
    );
  }),
});

/** The context of a kubeconfig may name a namespace for what names none. */
function saysNamespace(provider: Reader | undefined): boolean {
  const kubeconfig = provider?.peek("kubeconfig");
  if (typeof kubeconfig !== "string") return kubeconfig === unknown;
  return /namespace["']?\s*:/.test(kubeconfig);
}
