import { z } from "zod";
import { together } from "../../model/outcomes.ts";
import { eachPod, exempt } from "../../model/pods.ts";
import { defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-host-paths",
  severity: "high",
  title: "No pod mounts folders of its node",
  remediation:
    "Use a PersistentVolumeClaim for data, an `emptyDir` for what may be lost: a folder of a node is gone with the node, and in no backup.",
  covers: ["KYV-disallow-host-path", "CKV_K8S_27"],
  url: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
  config: z.strictObject({ ...exempt }),
  check: eachPod((pod, { what }) =>
    together(
      pod
        .list("volumes")
        .map((volume) =>
          failIf(
            volume.has("hostPath"),
            `${what} mounts a folder of its node: replace ${volume.path}.hostPath`,
          ),
        ),
    ),
  ),
});
