import { account, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { AwsCluster, type AwsClusterArgs, type CreateCluster } from "./aws.ts";

export const keyArn = "arn:aws:kms:mock:cluster";
export const subnets = ["subnet-a", "subnet-b", "subnet-c"];
export const platform = `arn:aws:iam::${account}:role/teams/platform`;
export const create: CreateCluster = {
  privateSubnetIds: subnets,
  keyArn,
  endpoint: { public: { cidrs: ["203.0.113.5/32"] } },
  admins: [platform],
  nodes: { perZone: 2 },
};
export const token = "a token of kubernetes";
export const shortToken = "k8s-aws-v1.short";
export const mocks = {
  outputs: {
    "aws:eks/cluster:Cluster": {
      endpoint: "https://cluster.test",
      certificateAuthority: { data: "Y2E=" },
      vpcConfig: { clusterSecurityGroupId: "sg-cluster" },
    },
    "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: 7 },
    "kubernetes:core/v1:Secret": { data: { token: Buffer.from(token).toString("base64") } },
  },
  calls: {
    "aws:eks/getClusterAuth:getClusterAuth": () => ({ token: shortToken }),
    "aws:eks/getCluster:getCluster": ({ name }: Record<string, unknown>) => ({
      name,
      arn: `arn:aws:eks:eu-central-1:${account}:cluster/${String(name)}`,
      vpcConfig: { vpcId: "vpc-1", clusterSecurityGroupId: "sg-adopted" },
    }),
  },
};

export function record(
  change: Partial<CreateCluster> = {},
  dryRun = false,
  transform?: AwsClusterArgs["transform"],
): Promise<Made[]> {
  return recordAws(
    () =>
      new AwsCluster("eks", {
        region: regionOf(),
        source: { create: { ...create, ...change } },
        ...(transform === undefined ? {} : { transform }),
      }),
    dryRun ? { calls: mocks.calls, dryRun } : mocks,
  );
}

export const named = (made: readonly Made[], type: string) =>
  made.filter((each) => each.type === type).map(({ name }) => name);
export const addon = "aws:eks/addon:Addon";
export const providerType = "pulumi:providers:kubernetes";
