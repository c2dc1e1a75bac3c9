import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { namesOf, unlabelled, valueOf } from "../../tests/components/outputs.ts";
import { keyPolicy } from "../keys/policies.ts";
import { groupWithin, type AdoptCluster } from "./adopt.ts";
import { AwsCluster, type AwsClusterArgs, type CreateCluster } from "./aws.ts";
import { checkAdmins, checkEndpoint } from "./control-plane.ts";
import { tokenOf } from "./login.ts";
import { checkNodes } from "./nodes.ts";
import { addonVersions, kubernetesVersion, type AddonName } from "./versions.ts";

/*
 * What these tests do not prove: that EKS accepts the values and offers the pinned versions, that nodes join,
 * that a login lasts, and that the driver makes volumes. All of that takes an account.
 */

const keyArn = "arn:aws:kms:mock:cluster";
const subnets = ["subnet-a", "subnet-b", "subnet-c"];
const platform = `arn:aws:iam::${account}:role/teams/platform`;
const create: CreateCluster = {
  privateSubnetIds: subnets,
  keyArn,
  endpoint: { public: { cidrs: ["203.0.113.5/32"] } },
  admins: [platform],
  nodes: { perZone: 2 },
};
const token = "a token of kubernetes";
const shortToken = "k8s-aws-v1.short";
const mocks = {
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

function record(
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

const named = (made: readonly Made[], type: string) =>
  made.filter((each) => each.type === type).map(({ name }) => name);
const addon = "aws:eks/addon:Addon";
const providerType = "pulumi:providers:kubernetes";

/** As users get it who say no more than they must. */
let usual: Made[] = [];
beforeAll(async () => {
  usual = await record();
});

describe.each([true, false])("a cluster of its own (dry run %s)", (dryRun) => {
  let made: Made[] = [];
  beforeAll(async () => {
    made = await record({}, dryRun);
  });

  test("every resource of AWS is made by its region's provider, all others by the cluster's", () => {
    const providerOf = (prefix: string) => [
      ...new Set(made.filter(({ type }) => type.startsWith(prefix)).map((each) => each.provider)),
    ];
    expect(providerOf("aws:")).toEqual(["aws-eu-central-1"]);
    expect(providerOf("kubernetes:").sort()).toEqual(["eks-bootstrap", "eks-kubernetes"]);
    expect(providerOf("kubernetes:storage")).toEqual(["eks-kubernetes"]);
  });

  test("every resource that takes tags says what it holds", () => {
    expect(unlabelled(made)).toEqual([]);
  });

  test("every resource is a child of the cluster or of its part", () => {
    const parents = made
      .filter(({ type }) => /^(aws|kubernetes):|providers:kubernetes$/.test(type))
      .map(({ parent }) => parent);
    expect([...new Set(parents)].sort()).toEqual(["eks", "eks-ebs"]);
  });

  test("control plane: encrypted, logged, protected twice, closed but for its administrators", () => {
    expect(only(made, "aws:eks/cluster:Cluster")).toMatchObject({
      protect: true,
      dependsOn: ["eks-cluster-policy", "eks-cluster-key", "eks-log"],
      inputs: {
        name: "acme-prod-g1-eks",
        version: kubernetesVersion,
        deletionProtection: true,
        bootstrapSelfManagedAddons: false,
        accessConfig: {
          authenticationMode: "API",
          bootstrapClusterCreatorAdminPermissions: false,
        },
        encryptionConfig: { provider: { keyArn }, resources: ["secrets"] },
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        vpcConfig: {
          subnetIds: subnets,
          endpointPrivateAccess: true,
          endpointPublicAccess: true,
          publicAccessCidrs: ["203.0.113.5/32"],
        },
      },
    });
  });

  test("its log is there before it, encrypted and kept for 90 days", () => {
    expect(only(made, "aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
      name: "/aws/eks/acme-prod-g1-eks/cluster",
      retentionInDays: 90,
      kmsKeyId: keyArn,
    });
  });

  test("its role has the name that the key's policy lets open Kubernetes secrets", () => {
    const role = only(made, "aws:iam/role:Role", "eks-cluster-role");
    expect(role.inputs["name"]).toBe("acme-prod-g1-eks");
    const place = {
      region: "eu-central-1",
      accountId: account,
      partition: "aws",
      prefix: "acme-prod-g1",
    };
    expect(JSON.stringify(keyPolicy("cluster", place))).toContain(":role/acme-prod-g1-eks");
    expect(String(role.inputs["assumeRolePolicy"])).toContain("eks.amazonaws.com");
  });

  test("an administrator is let in, to the whole cluster", () => {
    expect(only(made, "aws:eks/accessEntry:AccessEntry").inputs).toMatchObject({
      principalArn: platform,
    });
    expect(only(made, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation")).toMatchObject({
      dependsOn: ["eks-admin-platform"],
      inputs: {
        principalArn: platform,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        accessScope: { type: "cluster" },
      },
    });
  });

  test.each(Object.entries(addonVersions))("add-on %s is pinned to %s", (name, version) => {
    expect(only(made, addon, `eks-addon-${name}`).inputs).toMatchObject({
      addonName: name,
      addonVersion: version,
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
    });
  });

  test("network policies are enforced", () => {
    const values = only(made, addon, "eks-addon-vpc-cni").inputs["configurationValues"];
    expect(JSON.parse(String(values))).toEqual({ enableNetworkPolicy: "true" });
  });

  test.each([0, 1, 2])("group of nodes of zone %i: after what a node needs to join", (zone) => {
    const group = only(made, "aws:eks/nodeGroup:NodeGroup", `eks-nodes-${zone}`);
    expect(group.inputs).toMatchObject({
      subnetIds: [subnets[zone]],
      capacityType: "ON_DEMAND",
      scalingConfig: { minSize: 2, desiredSize: 2, maxSize: 4 },
      updateConfig: { maxUnavailable: 1 },
    });
    expect(group.dependsOn).toEqual(
      expect.arrayContaining([
        "eks-addon-vpc-cni",
        "eks-addon-kube-proxy",
        "eks-addon-eks-pod-identity-agent",
        "eks-node-AmazonEKSWorkerNodePolicy",
        "eks-node-AmazonEKS_CNI_Policy",
        "eks-node-AmazonEC2ContainerRegistryPullOnly",
      ]),
    );
  });

  test("a node: IMDSv2 for itself alone, encrypted gp3 root, tagged", () => {
    expect(only(made, "aws:ec2/launchTemplate:LaunchTemplate").inputs).toMatchObject({
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: 100, encrypted: "true", kmsKeyId: keyArn },
        },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: expect.objectContaining({ "recover:stack": "prod" }) as unknown,
      })),
    });
  });

  test.each(["coredns", "aws-ebs-csi-driver"])("add-on %s comes after nodes", (name) => {
    expect(only(made, addon, `eks-addon-${name}`).dependsOn).toEqual([
      "eks-nodes-0",
      "eks-nodes-1",
      "eks-nodes-2",
      "eks-ebs-managed-0",
      "eks-ebs-policy",
      "eks-ebs-association",
    ]);
  });

  test("the EBS driver has a pod identity, with our key and no other", () => {
    expect(
      only(made, "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs,
    ).toMatchObject({ namespace: "kube-system", serviceAccount: "ebs-csi-controller-sa" });
    const policy = JSON.parse(
      String(only(made, "aws:iam/rolePolicy:RolePolicy", "eks-ebs-policy").inputs["policy"]),
    ) as { Statement: { Resource: string; Action: string[]; Condition?: unknown }[] };
    expect(policy.Statement.map(({ Resource }) => Resource)).toEqual([keyArn, keyArn]);
    expect(policy.Statement.find(({ Action }) => Action.includes("kms:CreateGrant"))).toMatchObject(
      {
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    );
    expect(
      only(made, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "eks-ebs-managed-0").inputs,
    ).toMatchObject({
      policyArn: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
    });
  });

  test("volumes: encrypted gp3 by our key, in the first pod's zone, kept, tagged", () => {
    expect(only(made, "kubernetes:storage.k8s.io/v1:StorageClass")).toMatchObject({
      protect: true,
      inputs: {
        metadata: { name: "recover-gp3" },
        provisioner: "ebs.csi.aws.com",
        volumeBindingMode: "WaitForFirstConsumer",
        reclaimPolicy: "Retain",
        allowVolumeExpansion: true,
        parameters: {
          type: "gp3",
          encrypted: "true",
          kmsKeyId: keyArn,
          tagSpecification_1: "recover:install=acme",
          tagSpecification_2: "recover:stack=prod",
          tagSpecification_4: "recover:data=events",
        },
      },
    });
  });
});

describe("a pilot light", () => {
  let made: Made[] = [];
  beforeAll(async () => {
    made = await record({ nodes: { perZone: 0 } });
  });

  test("keeps three groups with no node in them", () => {
    expect(named(made, "aws:eks/nodeGroup:NodeGroup")).toHaveLength(3);
    expect(only(made, "aws:eks/nodeGroup:NodeGroup", "eks-nodes-1").inputs).toMatchObject({
      scalingConfig: { minSize: 0, desiredSize: 0, maxSize: 1 },
    });
  });

  test("waits for no add-on that needs a node", () => {
    expect(named(made, addon).sort()).toEqual([
      "eks-addon-eks-pod-identity-agent",
      "eks-addon-kube-proxy",
      "eks-addon-vpc-cni",
    ]);
  });

  test("has every IAM resource that a cluster with nodes has: none is made on the day", () => {
    const iam = (all: readonly Made[]) =>
      all
        .filter(({ type }) => type.startsWith("aws:iam/"))
        .map(({ name }) => name)
        .sort();
    expect(iam(made)).toEqual(iam(usual));
  });
});

describe("login", () => {
  const kubeconfig = (made: readonly Made[], name: string) =>
    JSON.parse(String(only(made, providerType, name).inputs["kubeconfig"])) as {
      clusters: unknown;
      users: { user: Record<string, unknown> }[];
    };

  test("by a service account: its token, with no program to run", () => {
    expect(kubeconfig(usual, "eks-kubernetes")).toMatchObject({
      clusters: [
        {
          cluster: { server: "https://cluster.test", "certificate-authority-data": "Y2E=" },
        },
      ],
      users: [{ user: { token } }],
    });
    expect(JSON.stringify(kubeconfig(usual, "eks-kubernetes"))).not.toContain("exec");
  });

  test("which the short token of EKS made, once the administrators were let in", () => {
    expect(kubeconfig(usual, "eks-bootstrap").users).toEqual([
      expect.objectContaining({ user: { token: shortToken } }),
    ]);
    expect(only(usual, providerType, "eks-bootstrap").dependsOn).toEqual([
      "eks-admin-platform-policy",
    ]);
    expect(only(usual, "kubernetes:core/v1:ServiceAccount")).toMatchObject({
      provider: "eks-bootstrap",
      inputs: { metadata: { name: "recover-operator", namespace: "kube-system" } },
    });
    expect(
      only(usual, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding").inputs,
    ).toMatchObject({
      roleRef: { kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name: "recover-operator", namespace: "kube-system" }],
    });
    expect(only(usual, "kubernetes:core/v1:Secret")).toMatchObject({
      dependsOn: ["eks-operator", "eks-operator-admin"],
      inputs: {
        metadata: {
          name: "recover-operator-1",
          annotations: { "kubernetes.io/service-account.name": "recover-operator" },
        },
        type: "kubernetes.io/service-account-token",
      },
    });
  });

  test("a generation makes another token", async () => {
    const made = await record({ tokenGeneration: 2 });
    expect(only(made, "kubernetes:core/v1:Secret").inputs).toMatchObject({
      metadata: { name: "recover-operator-2" },
    });
  });

  test.each(["eks-kubernetes", "eks-bootstrap"])(
    "%s: a secret, server-side apply, and one cluster whatever the login",
    (name) => {
      const provider = only(usual, providerType, name);
      expect(provider.secrets).toContain("kubeconfig");
      expect(provider.inputs).toMatchObject({
        enableServerSideApply: "true",
        clusterIdentifier: "arn:aws:mock:eks:eks-cluster",
      });
    },
  );

  test("by the AWS CLI: no token in the state, and no provider but one", async () => {
    const made = await record({ login: "aws-cli" });
    expect(named(made, providerType)).toEqual(["eks-kubernetes"]);
    expect(kubeconfig(made, "eks-kubernetes").users[0]?.user).toMatchObject({
      exec: {
        command: "aws",
        args: expect.arrayContaining(["eu-central-1", "acme-prod-g1-eks"]) as unknown,
      },
    });
    expect(named(made, "kubernetes:core/v1:Secret")).toEqual([]);
  });

  test.each([undefined, {}, { token: "" }])(
    "a secret that is not filled yet (%j) says so",
    (data) => {
      expect(() => tokenOf(data)).toThrow("Run pulumi up again");
    },
  );
});

describe("what users change", () => {
  test("a private endpoint", async () => {
    const made = await record({ endpoint: { private: true } });
    expect(only(made, "aws:eks/cluster:Cluster").inputs["vpcConfig"]).toEqual({
      subnetIds: subnets,
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
    });
  });

  test("a boundary is on every role", async () => {
    const limit = "arn:aws:iam::123456789012:policy/limit";
    const roles = (await record({ permissionsBoundaryArn: limit })).filter(
      ({ type }) => type === "aws:iam/role:Role",
    );
    expect(roles).toHaveLength(3);
    expect(roles.map(({ inputs }) => inputs["permissionsBoundary"])).toEqual([limit, limit, limit]);
  });

  test("nodes may fill the image cache, and only that", async () => {
    const cache = "arn:aws:ecr:eu-central-1:123456789012:repository/acme-prod-g1-hub/*";
    const made = await record({ imageCaches: [cache] });
    const policy = only(made, "aws:iam/rolePolicy:RolePolicy", "eks-node-images").inputs["policy"];
    expect(JSON.parse(String(policy))).toMatchObject({
      Statement: [
        { Action: ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"], Resource: [cache] },
      ],
    });
    expect(named(usual, "aws:iam/rolePolicy:RolePolicy")).not.toContain("eks-node-images");
  });

  test("nodes wait for what the network says", async () => {
    const made = await recordAws(() => {
      class Route extends pulumi.ComponentResource {}
      const route = new Route("recover:test:Route", "route");
      return new AwsCluster("eks", {
        region: regionOf(),
        source: { create: { ...create, after: [route] } },
      });
    }, mocks);
    expect(only(made, "aws:eks/nodeGroup:NodeGroup", "eks-nodes-2").dependsOn).toContain("route");
  });

  test("cluster, template and groups, at last", async () => {
    const made = await record({}, false, {
      cluster: { zonalShiftConfig: { enabled: true } },
      launchTemplate: { ebsOptimized: "true" },
      nodeGroup: (args) => ({ ...args, labels: { tier: "data" } }),
    });
    expect(only(made, "aws:eks/cluster:Cluster").inputs).toHaveProperty("zonalShiftConfig");
    expect(only(made, "aws:ec2/launchTemplate:LaunchTemplate").inputs).toHaveProperty(
      "ebsOptimized",
    );
    expect(only(made, "aws:eks/nodeGroup:NodeGroup", "eks-nodes-0").inputs).toMatchObject({
      labels: { tier: "data" },
      capacityType: "ON_DEMAND",
    });
  });
});

describe("what others are given", () => {
  test.each([
    [
      2,
      [
        "eks-nodes-0",
        "eks-nodes-1",
        "eks-nodes-2",
        "eks-addon-coredns",
        "eks-addon-aws-ebs-csi-driver",
      ],
    ],
    [0, ["eks-nodes-0", "eks-nodes-1", "eks-nodes-2"]],
  ])("with %i nodes a zone", async (perZone, names) => {
    let seen: unknown;
    await recordAws(async () => {
      const { name, storageClass, securityGroupId, ready } = new AwsCluster("eks", {
        region: regionOf(),
        source: { create: { ...create, nodes: { perZone } } },
      });
      const values = await valueOf(pulumi.output({ name, storageClass, securityGroupId }));
      seen = { ...values, ready: namesOf(ready) };
    }, mocks);
    expect(seen).toEqual({
      name: "acme-prod-g1-eks",
      storageClass: "recover-gp3",
      securityGroupId: "sg-cluster",
      ready: names,
    });
  });
});

describe("a cluster that is there", () => {
  const adopt: AdoptCluster = {
    clusterName: "theirs",
    kubeconfig: "apiVersion: v1",
    storageClass: "encrypted-retain",
    vpcId: "vpc-1",
  };

  test.each([true, false])("is logged in to, nothing is made (dry run %s)", async (dryRun) => {
    let seen: unknown;
    const made = await recordAws(
      async () => {
        const { name, storageClass, securityGroupId } = new AwsCluster("eks", {
          region: regionOf(),
          source: { adopt },
        });
        seen = await valueOf(pulumi.output({ name, storageClass, securityGroupId }));
      },
      { dryRun, calls: mocks.calls },
    );
    expect(made.filter(({ type }) => /^(aws|kubernetes):/.test(type))).toEqual([]);
    expect(only(made, providerType)).toMatchObject({
      name: "eks-kubernetes",
      parent: "eks",
      secrets: ["kubeconfig"],
      inputs: { kubeconfig: "apiVersion: v1", enableServerSideApply: "true" },
    });
    expect(seen).toEqual({
      name: "theirs",
      storageClass: "encrypted-retain",
      securityGroupId: "sg-adopted",
    });
  });

  test.each([
    ["no kubeconfig", { kubeconfig: undefined }, "recover:clusterKubeconfig"],
    ["an empty kubeconfig", { kubeconfig: "" }, "recover:clusterKubeconfig"],
    ["no class of volumes", { storageClass: "" }, "recover:cluster.adopt.storageClass"],
  ])("%s is refused", async (_, change, message) => {
    await recordAws(() => {
      expect(
        () =>
          new AwsCluster("eks", { region: regionOf(), source: { adopt: { ...adopt, ...change } } }),
      ).toThrow(message);
    });
  });

  test("its security group is passed on when it is in the platform's network, refused when not", () => {
    expect(() =>
      groupWithin("theirs", { vpcId: "vpc-2", clusterSecurityGroupId: "sg" }, "vpc-1"),
    ).toThrow("theirs is in vpc-2, the platform's network is vpc-1");
    expect(groupWithin("theirs", { vpcId: "vpc-1", clusterSecurityGroupId: "sg" }, "vpc-1")).toBe(
      "sg",
    );
  });
});

describe("bad input", () => {
  test.each([[[]], [["0.0.0.0/0"]], [["203.0.113.5/32", "::/0"]]])(
    "a public endpoint for %j is refused",
    (cidrs) => {
      expect(() => {
        checkEndpoint({ public: { cidrs } });
      }).toThrow("recover:cluster.create.endpoint.public.cidrs");
    },
  );

  test.each([
    [[]],
    [["platform"]],
    [[`arn:aws:sts::${account}:assumed-role/platform/me`]],
    [[platform, "arn:aws:iam::aws:policy/AdministratorAccess"]],
  ])("administrators %j are refused", (admins) => {
    expect(() => {
      checkAdmins(admins);
    }).toThrow("recover:cluster.create.admins");
  });

  test.each([
    { perZone: -1 },
    { perZone: 1.5 },
    { perZone: 3, maxPerZone: 2 },
    { perZone: Number.NaN },
  ])("%j nodes are refused", (nodes) => {
    expect(() => {
      checkNodes(nodes);
    }).toThrow("recover:cluster.create.nodes");
  });

  test.each([
    ["endpoint", { endpoint: { public: { cidrs: [] } } }],
    ["admins", { admins: [] }],
    ["nodes", { nodes: { perZone: -1 } }],
  ])("%s: stops the program", async (setting, change) => {
    await recordAws(() => {
      expect(
        () =>
          new AwsCluster("eks", {
            region: regionOf(),
            source: { create: { ...create, ...change } },
          }),
      ).toThrow(`recover:cluster.create.${setting}`);
    }, mocks);
  });
});

test("the add-ons that network policies, identities and volumes need are all pinned", () => {
  const needed: AddonName[] = [
    "vpc-cni",
    "kube-proxy",
    "eks-pod-identity-agent",
    "coredns",
    "aws-ebs-csi-driver",
  ];
  expect(Object.keys(addonVersions).sort()).toEqual([...needed].sort());
  expect(addonVersions["kube-proxy"]).toContain(`v${kubernetesVersion}.`);
});
