import { z } from "zod";
import { eachContainer, exempt, isWindows, noneOnWindows } from "../../model/pods.ts";
import { all, defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-capabilities-dropped",
  severity: "medium",
  title: "Containers give up the capabilities that they do not need",
  remediation:
    'Set `securityContext.capabilities` to `{ drop: ["ALL"] }`, and add NET_BIND_SERVICE alone where a port below 1024 is needed.',
  covers: ["CKV_K8S_28", "CKV_K8S_37", "KYV-disallow-capabilities-strict"],
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  config: z.strictObject({
    ...exempt,
    mayAdd: z
      .array(z.string())
      .default(["NET_BIND_SERVICE"])
      .describe("Capabilities that may be added again: those of the restricted standard"),
  }),
  check: eachContainer((container, { what, pod, config }) => {
    if (isWindows(pod)) return noneOnWindows;
    const capabilities = container.at("securityContext.capabilities");
    const dropped = capabilities.strings("drop").some((each) => each.toUpperCase() === "ALL");
    const extra = capabilities.strings("add").filter((each) => !config.mayAdd.includes(each));
    return all(
      failIf(
        !dropped,
        `${what} keeps capabilities that it was not asked for: set ${capabilities.path}.drop to ["ALL"]`,
      ),
      failIf(
        extra.length > 0,
        `${what} adds ${extra.join(", ")}: remove it from ${capabilities.path}.add`,
      ),
    );
  }),
});
