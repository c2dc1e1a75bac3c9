/**
 * Version of Kubernetes, and of the add-ons that AWS lists for it. They change together, here alone.
 * Standard support of 1.35 ends on 2027-03-27 (https://endoflife.date/amazon-eks).
 *
 * Sources, read in 2026: kube-proxy and coredns
 * https://docs.aws.amazon.com/eks/latest/userguide/managing-kube-proxy.html and …/managing-coredns.html. No page
 * lists the others for 1.35; they are versions that public stacks run with it. `aws eks
 * describe-addon-versions --kubernetes-version 1.35` says what a region offers.
 */
export const kubernetesVersion = "1.35";

export const addonVersions = {
  "vpc-cni": "v1.21.1-eksbuild.7",
  "kube-proxy": "v1.35.3-eksbuild.2",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
  coredns: "v1.13.2-eksbuild.4",
  "aws-ebs-csi-driver": "v1.58.0-eksbuild.1",
} as const;

export type AddonName = keyof typeof addonVersions;
