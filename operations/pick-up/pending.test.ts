import { describe, expect, test } from "vitest";
import { importOf, unfinishedIn } from "./pending.ts";

const stack = "urn:pulumi:prod::recover::pulumi:pulumi:Stack::recover-prod";
const parent = "urn:pulumi:prod::recover::recover:postgres:AwsPostgres::postgres";
const provider = "urn:pulumi:prod::recover::pulumi:providers:aws::near";

const exported = (type: string, inputs: object, operation = "creating", parentUrn = parent) =>
  JSON.stringify({
    deployment: {
      pending_operations: [
        {
          type: operation,
          resource: {
            urn: `urn:pulumi:prod::recover::${type}::it`,
            type,
            parent: parentUrn,
            provider: `${provider}::0f1e`,
            inputs,
          },
        },
      ],
    },
  });

describe("what an up had begun", () => {
  test.each([
    ["aws:rds/instance:Instance", { identifier: "acme-postgres" }, "acme-postgres"],
    ["aws:s3/bucket:Bucket", { bucket: "acme-backups" }, "acme-backups"],
    ["aws:s3/bucket:Bucket", { bucketPrefix: "acme-" }, undefined],
    ["kubernetes:batch/v1:Job", { metadata: { namespace: "acme", name: "step" } }, "acme/step"],
    ["kubernetes:core/v1:Namespace", { metadata: { name: "acme" } }, "acme"],
    ["aws:eks/addon:Addon", { clusterName: "acme", addonName: "vpc-cni" }, "acme:vpc-cni"],
    ["aws:eks/addon:Addon", { addonName: "vpc-cni" }, undefined],
    ["aws:secretsmanager/secret:Secret", { name: "AmazonMSK_acme" }, undefined],
    ["aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }, undefined],
  ])("%s is found by its name", (type, inputs, id) => {
    expect(unfinishedIn(exported(type, inputs), "it").map((each) => each.id)).toEqual([id]);
  });

  test("is no update and no deletion", () => {
    expect(unfinishedIn(exported("aws:s3/bucket:Bucket", {}, "updating"), "it")).toEqual([]);
  });

  test("is imported below its component, by its provider", () => {
    const type = "aws:s3/bucket:Bucket";
    const [found] = unfinishedIn(exported(type, { bucket: "b" }), "it");
    expect(found && importOf("prod", found, "b").slice(-7)).toEqual([
      "--parent",
      `parent=${parent}`,
      "--provider",
      `provider=${provider}`,
      type,
      "it",
      "b",
    ]);
    const [alone] = unfinishedIn(exported(type, { bucket: "b" }, "creating", stack), "it");
    expect(alone && importOf("prod", alone, "b")).not.toContain("--parent");
  });

  test("a file that is no state is refused", () => {
    expect(() => unfinishedIn("{}", "state.json")).toThrow(/state.json is no state of a stack/);
  });
});
