import { beforeAll, describe, expect, test } from "vitest";
import { account, only, type Made } from "../../tests/components/aws-mocks.ts";
import { unlabelled } from "../../tests/components/outputs.ts";
import { keyPolicy } from "../keys/policies.ts";
import { addon, keyArn, named, platform, record, subnets } from "./fixture.ts";
import { addonVersions, kubernetesVersion, type AddonName } from "./versions.ts";

/*
 * What these tests do not prove: that EKS accepts the values and offers the pinned versions, that nodes join,
 * that a login lasts, and that the driver makes volumes. All of that takes an account.
 */

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
