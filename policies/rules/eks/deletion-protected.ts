import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "eks-deletion-protected",
  severity: "high",
  title: "AWS refuses to delete clusters",
  remediation:
    "Set `deletionProtection: true`: with a cluster goes what ties pods to their volumes, also when it is deleted outside Pulumi.",
  covers: [],
  url: "https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html",
  config: z.strictObject({}),
  check: each(aws.eksCluster, (cluster) =>
    failIf(
      cluster.boolean("deletionProtection") !== true,
      `${cluster.label} can be deleted: set deletionProtection to true`,
    ),
  ),
});
