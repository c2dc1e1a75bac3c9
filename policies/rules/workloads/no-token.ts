import { z } from "zod";
import { eachPod, exempt, hasRights } from "../../model/pods.ts";
import type { Resource } from "../../model/resource.ts";
import { sameNamespace } from "../../model/selectors.ts";
import type { Stack } from "../../model/stack.ts";
import { defineRule, notApplicable, pass, undecided, violation } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-no-token",
  severity: "low",
  title: "Only pods that call the Kubernetes API get a token for it",
  remediation:
    "Set `automountServiceAccountToken: false` on the pod, or on its ServiceAccount; IAM roles come without that token.",
  covers: ["CKV_K8S_38"],
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
  config: z.strictObject({ ...exempt }),
  check: eachPod((pod, { what, workload, stack }) => {
    const field = "automountServiceAccountToken";
    const own = pod.boolean(field);
    if (own === false) return pass;
    const name = pod.string("serviceAccountName") ?? "default";
    const account = accountOf(name, workload, stack);
    if (own === undefined && account?.boolean(field) === false) return pass;
    if (hasRights(workload, name, stack)) {
      return notApplicable(`a role is bound to its service account ${name}: it calls the API`);
    }
    if (account === undefined && name !== "default") {
      return undecided(
        `the service account ${name} of ${what} is not in this stack, nor are its rights`,
      );
    }
    return violation(
      `${what} gets a token that it has no use for: set ${pod.path}.${field} to false`,
    );
  }),
});

function accountOf(name: string, workload: Resource, stack: Stack): Resource | undefined {
  return stack
    .of(kubernetes.serviceAccount)
    .find((each) => each.string("metadata.name") === name && sameNamespace(each, workload));
}
