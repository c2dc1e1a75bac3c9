import { describe, expect, test } from "vitest";
import { only, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { AwsPostgres } from "./aws.ts";
import { fixedInputs } from "./aws-instance.ts";
import type { AwsPostgresArgs, AwsPostgresSource } from "./aws-args.ts";
import { rdsOutputs } from "./fixture.ts";

const backupArn = "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-one";
const sources: Readonly<Record<string, AwsPostgresSource>> = {
  new: { kind: "new" },
  latest: { kind: "pointInTime", backupArn, at: "latest" },
  time: { kind: "pointInTime", backupArn, at: "2026-11-22T23:10:00Z" },
  "another backup": { kind: "pointInTime", backupArn: `${backupArn}-two`, at: "latest" },
  snapshot: { kind: "snapshot", snapshot: "acme-prod-g1-postgres-final-e1-1b4c09fe" },
};

/** The instance as the standby's stack asks for it. */
async function instance(source: AwsPostgresSource, over: Partial<AwsPostgresArgs> = {}) {
  const made = await recordAws(
    () =>
      new AwsPostgres("postgres", {
        region: regionOf("eu-west-1", "dr"),
        source,
        epoch: 4,
        subnetIds: ["subnet-a"],
        vpcId: "vpc-2",
        clients: {},
        keyArn: "arn:aws:kms:eu-west-1:123456789012:key/far",
        instanceClass: "db.r6g.large",
        replication: { off: "until the other region answers again" },
        ...over,
      }),
    { outputs: rdsOutputs },
  );
  return only(made, "aws:rds/instance:Instance");
}

const recorded = new Map<string, Made>();

/** The instance of a named source, recorded once. */
async function ofSource(kind: string): Promise<Made> {
  const source = sources[kind];
  if (source === undefined) throw new Error(kind);
  const made = recorded.get(kind) ?? (await instance(source));
  recorded.set(kind, made);
  return made;
}

/** `ForceNew` of the Terraform provider's schema: read there, not taken from the component. */
const forceNew = [
  "availabilityZone",
  "backupTarget",
  "characterSetName",
  "customIamInstanceProfile",
  "dbName",
  "engine",
  "kmsKeyId",
  "ncharCharacterSetName",
  "restoreToPointInTime",
  "s3Import",
  "snapshotIdentifier",
  "storageEncrypted",
  "timezone",
  "username",
];

/** Inputs that differ between two runs and are not ignored: what a later `up` would change. */
function changes(before: Made, after: Made): string[] {
  const names = new Set([...Object.keys(before.inputs), ...Object.keys(after.inputs)]);
  return [...names].filter(
    (name) =>
      !after.ignoreChanges.includes(name) &&
      JSON.stringify(before.inputs[name]) !== JSON.stringify(after.inputs[name]),
  );
}

describe("a restored database", () => {
  test("comes from the replicated backup, to the latest point or to a time", async () => {
    expect((await instance({ kind: "pointInTime", backupArn, at: "latest" })).inputs).toMatchObject(
      {
        restoreToPointInTime: {
          sourceDbInstanceAutomatedBackupsArn: backupArn,
          useLatestRestorableTime: true,
        },
      },
    );
    const at = "2026-11-22T23:10:00Z";
    expect(
      (await instance({ kind: "pointInTime", backupArn, at })).inputs["restoreToPointInTime"],
    ).toEqual({ sourceDbInstanceAutomatedBackupsArn: backupArn, restoreTime: at });
  });

  test("or from a snapshot", async () => {
    const { inputs } = await instance({ kind: "snapshot", snapshot: "final-1" });
    expect(inputs["snapshotIdentifier"]).toBe("final-1");
    expect(inputs).not.toHaveProperty("restoreToPointInTime");
  });

  test.each(["latest", "snapshot"])(
    "gets nothing that its backup decides, and all that RDS would forget (%s)",
    async (kind) => {
      const { inputs } = await ofSource(kind);
      for (const name of ["username", "kmsKeyId", "allocatedStorage", "password"]) {
        expect(inputs).not.toHaveProperty(name);
      }
      expect(inputs).toMatchObject({
        identifier: "acme-dr-g1-postgres",
        storageEncrypted: true,
        multiAz: true,
        dbSubnetGroupName: "postgres-subnets-1",
        parameterGroupName: "postgres-parameters-1",
        vpcSecurityGroupIds: ["postgres-access-id"],
        backupRetentionPeriod: 14,
        deletionProtection: true,
        deleteAutomatedBackups: false,
        manageMasterUserPassword: true,
      });
    },
  );
});

describe("once it is there", () => {
  test("everything that could replace it is ignored", () => {
    for (const name of forceNew) expect(fixedInputs).toContain(name);
  });

  test.each(
    Object.keys(sources).flatMap((before) =>
      Object.keys(sources)
        .filter((after) => after !== before)
        .map((after) => [before, after] as const),
    ),
  )("a source that was %s and is %s now replaces nothing", async (before, after) => {
    const changed = changes(await ofSource(before), await ofSource(after));
    expect(changed.filter((name) => forceNew.includes(name))).toEqual([]);
    // A new one's size is changed in place; nothing else moves with the source.
    expect(changed.filter((name) => name !== "allocatedStorage")).toEqual([]);
  });

  test.each<[string, Partial<AwsPostgresArgs>, string[]]>([
    [
      "another key",
      { keyArn: "arn:aws:kms:eu-west-1:123456789012:key/new" },
      ["masterUserSecretKmsKeyId"],
    ],
    ["another master user", { masterUsername: "somebody" }, []],
    ["another class", { instanceClass: "db.r6g.xlarge" }, ["instanceClass"]],
  ])("%s changes it in place at most", async (_, over, expected) => {
    const source: AwsPostgresSource = { kind: "new" };
    expect(changes(await instance(source), await instance(source, over))).toEqual(expected);
  });

  test("another generation of the stack does not rename it", async () => {
    const source: AwsPostgresSource = { kind: "new" };
    const { ignoreChanges } = await instance(source);
    expect(ignoreChanges).toEqual([...fixedInputs]);
    expect(ignoreChanges).toContain("identifier");
  });
});
