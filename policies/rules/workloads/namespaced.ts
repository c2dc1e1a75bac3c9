import { z } from "zod";
import { eachPod, exempt } from "../../model/pods.ts";
import { namespaceOf } from "../../model/selectors.ts";
import { unknown } from "../../model/value.ts";
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
    const kubeconfig = workload.provider?.peek("kubeconfig");
    const elsewhere =
      !workload.has("metadata.namespace") &&
      typeof kubeconfig === "string" &&
      /namespace["']?\s*:/.test(kubeconfig);
    if (elsewhere) return undecided(`the namespace of ${what} is in its provider's kubeconfig`);
    return failIf(
      namespace === "default",
      `${what} is in the namespace default: set metadata.namespace`,
    );
  }),
});
