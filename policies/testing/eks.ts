import * as aws from "@pulumi/aws";
import type { Built, StackBuilder } from "./builder.ts";

type Vpc = aws.types.input.eks.ClusterVpcConfig;

/** A cluster with as little as it takes. */
export function eks(
  s: StackBuilder,
  more: Partial<aws.eks.ClusterArgs> = {},
  vpc: Partial<Vpc> = {},
  name = "platform",
): Built {
  return s.add(aws.eks.Cluster, name, {
    roleArn: "arn:aws:iam::123456789012:role/eks",
    vpcConfig: { subnetIds: ["subnet-1", "subnet-2"], ...vpc },
    ...more,
  });
}

export function nodes(
  s: StackBuilder,
  more: Partial<aws.eks.NodeGroupArgs> = {},
  name = "nodes",
): Built {
  return s.add(aws.eks.NodeGroup, name, {
    clusterName: "platform",
    nodeRoleArn: "arn:aws:iam::123456789012:role/nodes",
    subnetIds: ["subnet-1"],
    scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 2 },
    ...more,
  });
}
