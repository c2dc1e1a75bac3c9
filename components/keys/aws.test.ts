import { describe, expect, test } from "vitest";
import { account, only, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { AwsKeys, type AwsKeysArgs } from "./aws.ts";
import { keyClasses, keyPolicy, type KeyClass, type Statement } from "./policies.ts";

/*
 * What these tests do not prove: that KMS accepts the policies, and that RDS, MSK, EKS and S3 ask for no
 * action beyond those. Both take an account.
 */

const record = (args: Omit<AwsKeysArgs, "region"> = {}, dryRun = false, region = "eu-central-1") =>
  recordAws(() => new AwsKeys("keys", { region: regionOf(region), ...args }), { dryRun });

const place = {
  region: "eu-central-1",
  accountId: account,
  partition: "aws",
  prefix: "acme-prod-g1",
};

describe.each([true, false])("keys of a region (dry run %s)", (dryRun) => {
  test.each(keyClasses)("%s: rotates, one region, protected, kept by a destroy", async (name) => {
    const made = await record({}, dryRun);
    const key = only(made, "aws:kms/key:Key", `keys-${name}`);
    expect(key).toMatchObject({
      parent: "keys",
      protect: true,
      retainOnDelete: true,
      provider: "aws-eu-central-1",
      inputs: { enableKeyRotation: true, deletionWindowInDays: 30, multiRegion: false },
    });
    expect(key.inputs["tags"]).toHaveProperty("recover:data");
    expect(JSON.parse(String(key.inputs["policy"]))).toEqual(keyPolicy(name, place));
  });

  test.each(keyClasses)("%s: is found by its alias", async (name) => {
    const made = await record({}, dryRun);
    expect(only(made, "aws:kms/alias:Alias", `keys-${name}-alias`)).toMatchObject({
      parent: "keys",
      protect: true,
      retainOnDelete: true,
      inputs: { name: `alias/acme-prod-g1-${name}` },
    });
  });

  test("every resource is made by its region's provider", async () => {
    expect(providers(await record({}, dryRun))).toEqual(["aws-eu-central-1"]);
    expect(providers(await record({}, dryRun, "eu-west-1"))).toEqual(["aws-eu-west-1"]);
  });
});

function providers(made: readonly Made[]): unknown[] {
  return [
    ...new Set(made.filter(({ type }) => type.startsWith("aws:")).map(({ provider }) => provider)),
  ];
}

describe("classes", () => {
  test("only those asked for are made, and asking for another is refused", async () => {
    let refused: unknown;
    const made = await recordAws(() => {
      const keys = new AwsKeys("keys", { region: regionOf(), classes: ["vault"] });
      expect(Object.keys(keys.arns)).toEqual(["vault"]);
      try {
        keys.arnOf("kafka");
      } catch (error) {
        refused = error;
      }
    });
    expect(made.filter(({ type }) => type === "aws:kms/key:Key")).toHaveLength(1);
    expect(String(refused)).toContain('Add "kafka" to classes');
  });

  test("a user has the last word on a key's arguments", async () => {
    const made = await record({ classes: ["vault"], transform: { key: { description: "ours" } } });
    expect(only(made, "aws:kms/key:Key").inputs).toMatchObject({
      description: "ours",
      enableKeyRotation: true,
    });
  });
});

describe("policy of a key", () => {
  const statement = (keyClass: KeyClass, sid: string): Statement => {
    const found = keyPolicy(keyClass, place).Statement.find(({ Sid }) => Sid === sid);
    if (found === undefined) {
      throw new Error(`${keyClass} has no statement ${sid}`);
    }
    return found;
  };

  test.each(keyClasses)("%s: administration can encrypt, decrypt and grant nothing", (name) => {
    expect(statement(name, "Administration").Principal).toEqual({
      AWS: `arn:aws:iam::${account}:root`,
    });
    const actions = statement(name, "Administration").Action;
    expect(actions).not.toContain("kms:*");
    for (const each of ["Decrypt", "Encrypt", "ReEncrypt", "GenerateDataKey", "CreateGrant"]) {
      expect(actions.filter((action) => action.startsWith(`kms:${each}`))).toEqual([]);
    }
  });

  test.each(keyClasses)("%s: nobody uses it without a condition", (name) => {
    for (const each of keyPolicy(name, place).Statement) {
      if (each.Sid !== "Administration") {
        expect(Object.keys(each.Condition ?? {})).not.toEqual([]);
      }
      // Whoever the principal is, a wildcard is narrowed to one role of this account.
      if (each.Principal["AWS"] === "*") {
        expect(each.Condition?.["StringEquals"]).toMatchObject({ "kms:CallerAccount": account });
        expect(each.Condition?.["ArnEquals"]).toHaveProperty("aws:PrincipalArn");
      }
    }
  });

  test.each([
    ["vault", ["s3"]],
    ["relational", ["rds"]],
    ["kafka", ["kafka"]],
    ["credentials", ["secretsmanager"]],
    ["cluster", ["ec2"]],
  ] as const)("%s: is used through %s of its own region alone", (name, services) => {
    expect(statement(name, "UseThroughService").Condition).toEqual({
      StringEquals: {
        "kms:ViaService": services.map((service) => `${service}.eu-central-1.amazonaws.com`),
      },
    });
  });

  test("vault: S3 replication reads and writes, and S3 needs no grant", () => {
    expect(statement("vault", "UseThroughService").Action).toEqual(
      expect.arrayContaining(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"]),
    );
    expect(() => statement("vault", "GrantsOfServices")).toThrow("no statement");
  });

  test.each([
    ["relational", ["rds"]],
    ["kafka", ["kafka"]],
    ["credentials", ["secretsmanager", "rds", "kafka"]],
    ["cluster", ["ec2"]],
  ] as const)("%s: %s keep grants, for resources of AWS only", (name, services) => {
    expect(statement(name, "GrantsOfServices").Condition).toEqual({
      StringEquals: {
        "kms:ViaService": services.map((service) => `${service}.eu-central-1.amazonaws.com`),
      },
      Bool: { "kms:GrantIsForAWSResource": "true" },
    });
  });

  test("kafka: CloudWatch Logs encrypts the log groups of this install, no other", () => {
    expect(statement("kafka", "LogGroups")).toMatchObject({
      Principal: { Service: "logs.eu-central-1.amazonaws.com" },
      Condition: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn": [
            `arn:aws:logs:eu-central-1:${account}:log-group:/acme-prod-g1/*`,
            ...["msk", "mskconnect", "kinesisfirehose", "lambda"].map(
              (service) =>
                `arn:aws:logs:eu-central-1:${account}:log-group:/aws/${service}/acme-prod-g1-*`,
            ),
          ],
        },
      },
    });
  });

  test("cluster: secrets are opened by the control plane's role", () => {
    expect(statement("cluster", "KubernetesSecrets").Condition).toEqual({
      ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${account}:role/acme-prod-g1-eks` },
    });
  });

  test("cluster: the grant that its creator makes has no condition that EKS cannot meet", () => {
    const creation = statement("cluster", "ClusterCreation");
    expect(creation.Action).toContain("kms:CreateGrant");
    expect(JSON.stringify(creation)).not.toContain("GrantIsForAWSResource");
  });

  test("cluster: Auto Scaling's role is a condition: the principal may not exist yet", () => {
    const principals = keyPolicy("cluster", place).Statement.map(({ Principal }) => Principal);
    expect(JSON.stringify(principals)).not.toContain("AWSServiceRoleForAutoScaling");
    for (const sid of ["DisksOfNodes", "GrantsForDisksOfNodes"]) {
      expect(JSON.stringify(statement("cluster", sid).Condition)).toContain(
        `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/`,
      );
    }
  });

  test("cluster: logs of its control plane and of this install", () => {
    expect(statement("cluster", "LogGroups").Condition?.["ArnLike"]).toEqual({
      "kms:EncryptionContext:aws:logs:arn": [
        `arn:aws:logs:eu-central-1:${account}:log-group:/acme-prod-g1/*`,
        `arn:aws:logs:eu-central-1:${account}:log-group:/aws/eks/acme-prod-g1-*`,
      ],
    });
  });
});
