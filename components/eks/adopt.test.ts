import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { only, recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { valueOf } from "../../tests/components/outputs.ts";
import { groupWithin, type AdoptCluster } from "./adopt.ts";
import { AwsCluster } from "./aws.ts";
import { mocks, providerType } from "./fixture.ts";

/* Not proven here: that the adopted cluster has the add-ons that the platform needs. */

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
