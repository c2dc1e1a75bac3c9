import { z } from "zod";
import type { Reader } from "../../model/value.ts";
import { all, defineRule, each, failIf, pass, violation, type Outcome } from "../../rule.ts";
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
    return all(
      fromOutside(vpc, cluster.label, config.onlyPrivate),
      failIf(
        vpc.boolean("endpointPrivateAccess") !== true,
        `nodes of ${cluster.label} reach its API over the internet: set vpcConfig.endpointPrivateAccess to true`,
      ),
    );
  }),
});

function fromOutside(vpc: Reader, label: string, onlyPrivate: boolean): Outcome {
  if (vpc.boolean("endpointPublicAccess") === false) return pass;
  const from = vpc.strings("publicAccessCidrs");
  if (from.length === 0 || from.some((cidr) => cidr.endsWith("/0"))) {
    return violation(
      `everybody reaches the API of ${label}: set vpcConfig.endpointPublicAccess to false, or name addresses in vpcConfig.publicAccessCidrs`,
    );
  }
  return failIf(
    onlyPrivate,
    `${from.join(", ")} reach the API of ${label}: set vpcConfig.endpointPublicAccess to false`,
  );
}
