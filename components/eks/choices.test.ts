import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { namesOf, valueOf } from "../../tests/components/outputs.ts";
import { AwsCluster } from "./aws.ts";
import { checkAdmins, checkEndpoint } from "./control-plane.ts";
import { create, mocks, named, platform, record, subnets } from "./fixture.ts";
import { checkNodes } from "./nodes.ts";

/* Not proven here: that AWS accepts the values. */

/** As users get it who say no more than they must. */
let usual: Made[] = [];
beforeAll(async () => {
  usual = await record();
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
