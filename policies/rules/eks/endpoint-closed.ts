import { z } from "zod";
import { all, defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "eks-endpoint-closed",
  severity: "high",
  title: "The internet cannot reach the Kubernetes API, and nodes reach it from within",
  remediation:
    "Set `vpcConfig.endpointPrivateAccess: true` and `endpointPublicAccess: false`, or name in `publicAccessCidrs` who may reach it: " +
    "nothing set is everybody.",
  covers: [
    "CKV_AWS_38",
    "CKV_AWS_39",
    "AWS-0040",
    "AWS-0041",
    "NAG-EKS1",
    "SH-EKS.1",
    "cfg-eks-endpoint-no-public-access",
    "PCR-aws-eks-cluster-disallow-api-endpoint-public-access",
  ],
  url: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  config: z.strictObject({
    onlyPrivate: z
      .boolean()
      .default(false)
      .describe("Takes no public endpoint, also none for named addresses"),
  }),
  check: each(aws.eksCluster, (cluster, { config }) => {
    const vpc = cluster.at("vpcConfig");
    const open = vpc.boolean("endpointPublicAccess") ?? true;
    const from = open ? vpc.strings("publicAccessCidrs") : [];
    const everybody = from.length === 0 || from.some((cidr) => cidr.endsWith("/0"));
    return all(
      failIf(
        open && everybody,
        `everybody reaches the API of ${cluster.label}: set vpcConfig.endpointPublicAccess to false, or name addresses in vpcConfig.publicAccessCidrs`,
      ),
      failIf(
        open && config.onlyPrivate,
        `${from.join(", ")} reach the API of ${cluster.label}: set vpcConfig.endpointPublicAccess to false`,
      ),
      failIf(
        vpc.boolean("endpointPrivateAccess") !== true,
        `nodes of ${cluster.label} reach its API over the internet: set vpcConfig.endpointPrivateAccess to true`,
      ),
    );
  }),
});
