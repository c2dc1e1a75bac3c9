import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "eks-nodes-closed",
  severity: "high",
  title: "Nodes take SSH connections from named security groups at most",
  remediation:
    "Remove `remoteAccess` (Systems Manager gives a shell without it), or set its `sourceSecurityGroupIds`: without them port 22 is open to everybody.",
  covers: ["CKV_AWS_100"],
  url: "https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteAccessConfig.html",
  config: z.strictObject({}),
  check: each(aws.eksNodeGroup, (group) => {
    if (!group.has("remoteAccess.ec2SshKey")) return notApplicable("nobody has a key for SSH");
    return failIf(
      !group.has("remoteAccess.sourceSecurityGroupIds"),
      `everybody reaches port 22 of nodes of ${group.label}: set remoteAccess.sourceSecurityGroupIds, or remove remoteAccess`,
    );
  }),
});
