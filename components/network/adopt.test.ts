import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { valueOf } from "../../tests/components/outputs.ts";
import { checkIds, checkSubnets } from "./adopt.ts";
import { AwsNetwork, type AwsNetworkArgs } from "./aws.ts";

/*
 * Not proven here: that a refusal of what AWS says of subnets ends the program: an output that fails ends the
 * test runner too. The check itself is tested.
 */

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] as const;

/** Within the program: an error that leaves it would end the runtime for the tests that follow. */
async function refuses(source: AwsNetworkArgs["source"], message: string): Promise<void> {
  await recordAws(() => {
    expect(() => new AwsNetwork("net", { region: regionOf(), source })).toThrow(message);
  });
}

describe("a network that is there", () => {
  const ids = ["subnet-a", "subnet-b", "subnet-c"] as const;
  const databases = ["subnet-d", "subnet-e", "subnet-f"] as const;
  const twice = ["subnet-a", "subnet-a", "subnet-b"] as const;
  const zoneOf = (id: string) => `eu-central-1${"abcabc"["abcdef".indexOf(id.slice(-1))] ?? "?"}`;
  const calls = {
    "aws:ec2/getSubnet:getSubnet": ({ id }: Record<string, unknown>) => ({
      id,
      vpcId: "vpc-1",
      availabilityZone: zoneOf(String(id)),
    }),
    "aws:ec2/getVpc:getVpc": () => ({ cidrBlock: "10.9.0.0/16" }),
  };

  test.each([true, false])("is looked up, nothing is made (dry run %s)", async (dryRun) => {
    let seen: unknown;
    const made = await recordAws(
      async () => {
        const { vpcId, cidr, zones, privateSubnetIds, isolatedSubnetIds } = new AwsNetwork("net", {
          region: regionOf(),
          source: {
            adopt: { vpcId: "vpc-1", privateSubnetIds: ids, isolatedSubnetIds: databases },
          },
        });
        seen = await valueOf(
          pulumi.output({ vpcId, cidr, zones, privateSubnetIds, isolatedSubnetIds }),
        );
      },
      { dryRun, calls },
    );
    expect(made.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
    expect(seen).toEqual({
      vpcId: "vpc-1",
      cidr: "10.9.0.0/16",
      zones: [...zones],
      privateSubnetIds: [...ids],
      isolatedSubnetIds: [...databases],
    });
  });

  test("databases go into the private subnets when there are no others", async () => {
    let isolated: string[] = [];
    await recordAws(
      async () => {
        const network = new AwsNetwork("net", {
          region: regionOf(),
          source: { adopt: { vpcId: "vpc-1", privateSubnetIds: ids } },
        });
        isolated = await valueOf(network.isolatedSubnetIds);
      },
      { calls },
    );
    expect(isolated).toEqual([...ids]);
  });

  const subnet = (id: string, zone: string, vpcId = "vpc-1") => ({
    id: `subnet-${id}`,
    vpcId,
    availabilityZone: `eu-central-1${zone}`,
  });

  test.each([
    ["two subnets in one zone", [subnet("a", "a"), subnet("b", "b"), subnet("c", "a")], "one zone"],
    [
      "a subnet of another network",
      [subnet("a", "a", "vpc-2")],
      "subnet-a is in vpc-2, not in vpc-1",
    ],
  ])("%s is refused", (_, found, message) => {
    expect(() => checkSubnets("privateSubnetIds", "vpc-1", found)).toThrow(message);
    expect(() => checkSubnets("privateSubnetIds", "vpc-1", found)).toThrow(
      "recover:network.adopt.privateSubnetIds",
    );
  });

  test.each([
    [["subnet-a", "subnet-b"]],
    [["subnet-a", "subnet-b", "subnet-b"]],
    [["subnet-a", "subnet-b", "vpc-1"]],
  ])("ids %j are refused before AWS is asked", (bad) => {
    expect(() => {
      checkIds("isolatedSubnetIds", bad);
    }).toThrow("recover:network.adopt.isolatedSubnetIds");
  });

  test.each([
    ["privateSubnetIds", { privateSubnetIds: twice, isolatedSubnetIds: databases }],
    ["isolatedSubnetIds", { privateSubnetIds: ids, isolatedSubnetIds: twice }],
  ])("%s that are refused stop the program", (setting, adopt) =>
    refuses({ adopt: { vpcId: "vpc-1", ...adopt } }, `recover:network.adopt.${setting}`),
  );
});
