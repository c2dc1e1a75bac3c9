import { z } from "zod";
import { eachContainer, exempt, running } from "../../model/pods.ts";
import { all, defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-secrets-as-files",
  severity: "low",
  title: "Containers read secrets from files",
  remediation:
    "Mount the Secret as a volume: an environment is inherited by every child process, printed by crash reports, and keeps the old value after a rotation.",
  covers: ["CKV_K8S_35"],
  url: "https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod",
  config: z.strictObject({ ...exempt }),
  check: eachContainer((container, { what }) => {
    const variables = container
      .list("env")
      .filter((each) => each.has("valueFrom.secretKeyRef"))
      .map((each) => String(each.string("name")));
    return all(
      failIf(
        variables.length > 0,
        `${what} has secrets in ${variables.join(", ")}: mount them as files instead of ${container.path}.env`,
      ),
      failIf(
        container.list("envFrom").some((each) => each.has("secretRef")),
        `${what} has a whole Secret in its environment: mount it as files instead of ${container.path}.envFrom`,
      ),
    );
  }, running),
});
