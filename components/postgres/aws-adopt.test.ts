import { describe, expect, test } from "vitest";
import { only, recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { adoptionProblems, type AdoptedFacts } from "./aws-adopt.ts";
import type { AwsPostgresArgs } from "./aws-args.ts";
import { AwsPostgres } from "./aws.ts";
import { rdsOutputs } from "./fixture.ts";

const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/far";
const good = {
  ...rdsOutputs["aws:rds/instance:Instance"],
  identifier: "legacy",
  engine: "postgres",
  storageEncrypted: true,
  deletionProtection: true,
  publiclyAccessible: false,
  multiAz: true,
  backupRetentionPeriod: 14,
  instanceClass: "db.r6g.large",
  storageType: "gp3",
  backupWindow: "02:00-03:00",
  maintenanceWindow: "sun:04:00-sun:05:00",
};

describe.each([true, false])("an adopted instance (dry run %s)", (dryRun) => {
  test("is read, and only its backups are replicated", async () => {
    const told: unknown[] = [];
    const made = await recordAws(
      () => {
        const database = new AwsPostgres("postgres", {
          region: regionOf("eu-central-1"),
          source: { kind: "adopt", identifier: "legacy" },
          epoch: 1,
          subnetIds: ["subnet-a"],
          vpcId: "vpc-1",
          clients: { nodes: "sg-nodes" },
          keyArn,
          instanceClass: "db.r6g.large",
          replication: { to: regionOf("eu-west-1"), keyArn },
        });
        expect(database.securityGroupId).toBeUndefined();
        database.address.apply((address) => told.push(address));
        database.manifest.apply(({ identifier }) => told.push(identifier));
      },
      { dryRun, outputs: { "aws:rds/instance:Instance": good } },
    );
    expect(
      made.filter(({ type }) => type.startsWith("aws:")).map(({ type, name }) => `${type} ${name}`),
    ).toEqual([
      "aws:rds/instance:Instance postgres-instance",
      "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication postgres-replication",
    ]);
    // A read resource has no inputs: nothing that an `up` could change.
    expect(only(made, "aws:rds/instance:Instance").inputs).toEqual({});
    expect(only(made, "aws:rds/instance:Instance").provider).toBe("aws-eu-central-1");
    if (!dryRun) expect(told.sort()).toEqual([good.address, "legacy"].sort());
  });
});

describe("an instance that could not be recovered", () => {
  const facts: AdoptedFacts = good;
  const problems = (over: Partial<AdoptedFacts>, args: Partial<AwsPostgresArgs> = {}) =>
    adoptionProblems({ ...facts, ...over }, args as AwsPostgresArgs);

  test("is told apart from one that could", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ multiAz: false }, { deployment: { singleAz: true, because: "…" } })).toEqual(
      [],
    );
    expect(problems({ backupRetentionPeriod: 7 }, { backupRetentionDays: 7 })).toEqual([]);
  });

  test.each<[Partial<AdoptedFacts>, RegExp]>([
    [{ engine: "mysql" }, /engine is mysql/],
    [{ storageEncrypted: false }, /not encrypted/],
    [{ storageEncrypted: undefined }, /not encrypted/],
    [{ backupRetentionPeriod: 0 }, /kept for 0 days.*asks for 14/],
    [{ backupRetentionPeriod: 13 }, /kept for 13 days/],
    [{ deletionProtection: false }, /deletion protection is off/],
    [{ publiclyAccessible: true }, /publicly accessible/],
    [{ multiAz: false }, /no standby in another zone/],
  ])("%j is named", (wrong, message) => {
    expect(problems(wrong)).toEqual([expect.stringMatching(message)]);
  });

  test("is told everything at once", () => {
    expect(problems({ storageEncrypted: false, deletionProtection: false })).toHaveLength(2);
  });
});
