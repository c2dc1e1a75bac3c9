import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "eks-secrets-encrypted",
  severity: "high",
  title: "Kubernetes secrets are encrypted with a key of one's own",
  remediation:
    'Set `encryptionConfig` to `{ resources: ["secrets"], provider: { keyArn } }`; it cannot be taken back, and the key must outlive the cluster.',
  covers: [
    "CKV_AWS_58",
    "AWS-0039",
    "SH-EKS.3",
    "cfg-eks-secrets-encrypted",
    "cfg-eks-cluster-secrets-encrypted",
    "PCR-aws-eks-cluster-enable-cluster-encryption-config",
  ],
  url: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
  config: z.strictObject({}),
  check: each(aws.eksCluster, (cluster) => {
    const encryption = cluster.at("encryptionConfig");
    return failIf(
      !encryption.strings("resources").includes("secrets") || !encryption.has("provider.keyArn"),
      `secrets of ${cluster.label} are encrypted with a key of AWS at most: set encryptionConfig with resources ["secrets"] and provider.keyArn`,
    );
  }),
});
