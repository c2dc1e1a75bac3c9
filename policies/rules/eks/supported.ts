import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "eks-supported",
  severity: "medium",
  title: "Clusters run a version of Kubernetes that is supported",
  remediation:
    "Raise `version`, one minor version at a time: after its support ends AWS upgrades the cluster on a day of its own choice.",
  covers: [
    "CKV_AWS_339",
    "SH-EKS.2",
    "cfg-eks-cluster-oldest-supported-version",
    "cfg-eks-cluster-supported-version",
  ],
  url: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
  config: z.strictObject({
    oldest: z
      .string()
      .regex(/^\d+\.\d+$/)
      .default("1.34")
      .describe(
        "Oldest version that is taken; the default was the oldest in standard support in November 2026",
      ),
  }),
  check: each(aws.eksCluster, (cluster, { config }) => {
    const version = cluster.string("version");
    if (version === undefined) return notApplicable("a new cluster gets the newest version");
    const [runs, wanted] = [minorOf(version), minorOf(config.oldest)];
    return failIf(
      runs < wanted,
      `${cluster.label} runs Kubernetes ${version}, ${config.oldest} or newer is wanted: raise version`,
    );
  }),
});

/** `1.34` → 1034 */
function minorOf(version: string): number {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major * 1000 + minor;
}
