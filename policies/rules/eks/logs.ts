import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

const kinds = ["api", "audit", "authenticator", "controllerManager", "scheduler"] as const;

export default defineRule({
  id: "eks-logs",
  severity: "medium",
  title: "Control planes log who did what",
  remediation: `Set \`enabledClusterLogTypes\` to ${kinds.map((kind) => `"${kind}"`).join(", ")}.`,
  covers: [
    "CKV_AWS_37",
    "AWS-0038",
    "NAG-EKS2",
    "SH-EKS.8",
    "cfg-eks-cluster-log-enabled",
    "cfg-eks-cluster-logging-enabled",
  ],
  url: "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
  config: z.strictObject({
    logs: z
      .array(z.enum(kinds))
      .default([...kinds])
      .describe("Logs that must be on"),
  }),
  check: each(aws.eksCluster, (cluster, { config }) => {
    const on = cluster.strings("enabledClusterLogTypes");
    const missing = config.logs.filter((log) => !on.includes(log));
    return failIf(
      missing.length > 0,
      `${cluster.label} does not log ${missing.join(", ")}: add them to enabledClusterLogTypes`,
    );
  }),
});
