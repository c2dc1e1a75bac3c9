import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { dataTags, physicalName } from "./context.ts";

describe("an AWS region", () => {
  test("has a provider of its own, for one region and one account", async () => {
    const made = await recordAws(() => regionOf("eu-central-1"));
    const provider = only(made, "pulumi:providers:aws");
    expect(provider.inputs).toMatchObject({
      region: "eu-central-1",
      allowedAccountIds: JSON.stringify([account]),
    });
    expect(JSON.parse(String(provider.inputs["defaultTags"]))).toEqual({
      tags: {
        "recover:install": "acme",
        "recover:stack": "prod",
        "recover:role": "primary",
      },
    });
  });

  test.each([true, false])(
    "passes its provider to what is made in it (dry run %s)",
    async (dryRun) => {
      const made = await recordAws(
        () => {
          const region = regionOf();
          class Holder extends pulumi.ComponentResource {
            constructor() {
              super("recover:test:Holder", "holder");
              new aws.sns.Topic(
                "holder-topic",
                { tags: dataTags("none", 7), displayName: pulumi.secret("hidden") },
                {
                  parent: this,
                  provider: region.provider,
                  protect: true,
                  dependsOn: [region.provider],
                },
              );
            }
          }
          return new Holder();
        },
        { dryRun },
      );
      expect(only(made, "aws:sns/topic:Topic")).toEqual({
        type: "aws:sns/topic:Topic",
        name: "holder-topic",
        inputs: {
          displayName: "hidden",
          tags: { "recover:data": "none", "recover:epoch": "7" },
        },
        secrets: ["displayName"],
        parent: "holder",
        protect: true,
        retainOnDelete: undefined,
        ignoreChanges: [],
        dependsOn: ["aws-eu-central-1"],
        provider: "aws-eu-central-1",
      });
    },
  );

  test("never cuts a name", async () => {
    await recordAws(() => {
      const region = regionOf();
      expect(physicalName(region, "kafka", 64)).toBe("acme-prod-g1-kafka");
      expect(() => physicalName(region, "kafka", 10)).toThrow(/18 characters, 10 are allowed/);
    });
  });
});
