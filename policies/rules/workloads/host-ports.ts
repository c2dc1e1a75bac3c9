import { z } from "zod";
import { together } from "../../model/outcomes.ts";
import { eachContainer, exempt } from "../../model/pods.ts";
import { defineRule, failIf } from "../../rule.ts";

export default defineRule({
  id: "workloads-host-ports",
  severity: "medium",
  title: "No container listens on a port of its node",
  remediation:
    "Remove `hostPort` and add a Service: two such pods do not fit on one node, so that fewer nodes than planned take them over.",
  covers: ["CKV_K8S_26", "KYV-disallow-host-ports", "KYV-disallow-host-ports-range"],
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  config: z.strictObject({
    ...exempt,
    allowed: z.array(z.int()).default([]).describe("Ports that are taken nevertheless"),
  }),
  check: eachContainer((container, { what, config }) =>
    together(
      container.list("ports").map((port) => {
        const number = port.number("hostPort") ?? 0;
        return failIf(
          number !== 0 && !config.allowed.includes(number),
          `${what} takes port ${number} of its node: remove ${port.path}.hostPort`,
        );
      }),
    ),
  ),
});
