import { z } from "zod";
import { together } from "../../model/outcomes.ts";
import { eachPod, exempt } from "../../model/pods.ts";
import { defineRule, pass, violation } from "../../rule.ts";

export default defineRule({
  id: "workloads-volume-types",
  severity: "medium",
  title: "Pods mount only volumes that Kubernetes looks after",
  remediation:
    "Mount network storage through a PersistentVolumeClaim: whoever writes a pod must not name servers of storage.",
  covers: ["KYV-restrict-volume-types"],
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  config: z.strictObject({
    ...exempt,
    allowed: z
      .array(z.string())
      .default([
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
      ])
      .describe("Types that are taken; hostPath has a rule of its own"),
  }),
  check: eachPod((pod, { what, config }) =>
    together(
      pod.list("volumes").map((volume) => {
        const type = volume.keys("").find((key) => key !== "name" && key !== "hostPath");
        if (type === undefined || config.allowed.includes(type)) return pass;
        return violation(
          `${what} mounts a volume of type ${type}: replace ${volume.path}.${type} by a persistentVolumeClaim`,
        );
      }),
    ),
  ),
});
