import { z } from "zod";
import { together } from "../../model/outcomes.ts";
import { eachPod, exempt } from "../../model/pods.ts";
import { defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-host-namespaces",
  severity: "high",
  title: "No pod shares processes, memory or network of its node",
  remediation:
    "Remove `hostNetwork`, `hostPID` and `hostIPC` from the pod: network policies do not hold for one in its node's network.",
  covers: ["CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19", "KYV-disallow-host-namespaces"],
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  config: z.strictObject({ ...exempt }),
  check: eachPod((pod, { what }) =>
    together(
      ["hostNetwork", "hostPID", "hostIPC"].map((field) =>
        failIf(pod.boolean(field) === true, `${what} has ${field}: remove ${pod.path}.${field}`),
      ),
    ),
  ),
});
