import { describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { namesOf } from "../../tests/components/outputs.ts";
import { AwsPodIdentity, type AwsPodIdentityArgs } from "./identity.ts";

const args: Omit<AwsPodIdentityArgs, "region"> = {
  clusterName: "acme-prod-g1-eks",
  namespace: "recover",
  serviceAccount: "clickhouse-backup",
};
const record = (change: Partial<AwsPodIdentityArgs> = {}, dryRun = false) =>
  recordAws(() => new AwsPodIdentity("backup", { region: regionOf(), ...args, ...change }), {
    dryRun,
  });

describe.each([true, false])("identity of pods (dry run %s)", (dryRun) => {
  test("a role and its association, by the region's provider", async () => {
    const made = await record({}, dryRun);
    const children = made.filter(({ type }) => type.startsWith("aws:"));
    expect(
      children.map(({ type, name, parent, provider }) => [type, name, parent, provider]),
    ).toEqual([
      ["aws:iam/role:Role", "backup-role", "backup", "aws-eu-central-1"],
      [
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "backup-association",
        "backup",
        "aws-eu-central-1",
      ],
    ]);
    expect(
      only(made, "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs,
    ).toMatchObject(args);
  });

  test("trusts one service account of one namespace of one cluster", async () => {
    const made = await record({}, dryRun);
    const trust = JSON.parse(
      String(only(made, "aws:iam/role:Role").inputs["assumeRolePolicy"]),
    ) as unknown;
    expect(trust).toMatchObject({
      Statement: [
        {
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: {
            StringEquals: {
              "aws:RequestTag/eks-cluster-arn": `arn:aws:eks:eu-central-1:${account}:cluster/acme-prod-g1-eks`,
              "aws:RequestTag/kubernetes-namespace": "recover",
              "aws:RequestTag/kubernetes-service-account": "clickhouse-backup",
            },
          },
        },
      ],
    });
  });
});

test("what the pods may do, and the account's limit", async () => {
  const made = await record({
    statements: [{ Effect: "Allow", Action: "s3:GetObject", Resource: ["arn:aws:s3:::b/*"] }],
    managedPolicyArns: ["arn:aws:iam::aws:policy/One"],
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/limit",
    transform: { role: { maxSessionDuration: 7200 } },
  });
  expect(only(made, "aws:iam/role:Role").inputs).toMatchObject({
    permissionsBoundary: "arn:aws:iam::123456789012:policy/limit",
    maxSessionDuration: 7200,
  });
  expect(
    only(made, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "backup-managed-0").inputs,
  ).toMatchObject({ policyArn: "arn:aws:iam::aws:policy/One" });
  expect(JSON.parse(String(only(made, "aws:iam/rolePolicy:RolePolicy").inputs["policy"]))).toEqual({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: ["arn:aws:s3:::b/*"] }],
  });
});

test("pods wait for the policies too, not for the role alone", async () => {
  let names: string[] = [];
  await recordAws(() => {
    const { ready } = new AwsPodIdentity("backup", {
      region: regionOf(),
      ...args,
      statements: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" }],
      managedPolicyArns: ["arn:aws:iam::aws:policy/One"],
    });
    names = namesOf(ready);
  });
  expect(names).toEqual(["backup-managed-0", "backup-policy", "backup-association"]);
});

test("whole documents are policies of the role, and a pod waits for them", async () => {
  let ready: string[] = [];
  const made = await recordAws(() => {
    const identity = new AwsPodIdentity("backup", {
      region: regionOf(),
      ...args,
      documents: { vault: "a document", kafka: "another" },
    });
    ready = namesOf(identity.ready);
  });
  for (const [name, policy] of [
    ["backup-vault", "a document"],
    ["backup-kafka", "another"],
  ] as const) {
    expect(only(made, "aws:iam/rolePolicy:RolePolicy", name)).toMatchObject({
      parent: "backup",
      provider: "aws-eu-central-1",
      inputs: { policy },
    });
    expect(ready).toContain(name);
  }
});
