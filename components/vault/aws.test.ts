import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  only,
  recordAws,
  regionOf,
  type Made,
  type RecordOptions,
} from "../../tests/components/aws-mocks.ts";
import { deniedBelow } from "../../scripts/vault/epoch-deny.ts";
import { AwsVault, type AwsVaultArgs } from "./aws.ts";

const keys = {
  primary: "arn:aws:kms:eu-central-1:123456789012:key/near",
  standby: "arn:aws:kms:eu-west-1:123456789012:key/far",
};

function vault(over: Partial<AwsVaultArgs> = {}): AwsVault {
  return new AwsVault("vault", {
    vaultName: "acme-recover",
    primary: { region: regionOf("eu-central-1"), keyArn: keys.primary },
    standby: { region: regionOf("eu-west-1"), keyArn: keys.standby },
    lock: { days: 35 },
    longestChainDays: 8,
    keepDays: 30,
    ...over,
  });
}

const record = (over: Partial<AwsVaultArgs> = {}, options?: RecordOptions, epoch = 1) =>
  recordAws(() => {
    vault(over).refuse({ epochs: { main: epoch } });
  }, options);

/** Name in the program, name in AWS, region, whether locked. */
const bucketTable = [
  ["vault-primary-backups", "acme-recover-eu-central-1-backups", "eu-central-1", true],
  ["vault-primary-archive", "acme-recover-eu-central-1-archive", "eu-central-1", true],
  ["vault-standby-backups", "acme-recover-eu-west-1-backups", "eu-west-1", true],
  ["vault-standby-archive", "acme-recover-eu-west-1-archive", "eu-west-1", true],
  ["vault-standby-control", "acme-recover-eu-west-1-control", "eu-west-1", false],
] as const;
const [anyBucket] = bucketTable;

const s3 = (type: string) => `aws:s3/${type}`;
const partTypes = {
  bucket: s3("bucket:Bucket"),
  versioning: s3("bucketVersioning:BucketVersioning"),
  ownership: s3("bucketOwnershipControls:BucketOwnershipControls"),
  encryption: s3("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
  lifecycle: s3("bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
  access: s3("bucketPublicAccessBlock:BucketPublicAccessBlock"),
  policy: s3("bucketPolicy:BucketPolicy"),
} as const;
const lockType = s3("bucketObjectLockConfiguration:BucketObjectLockConfiguration");
const replicationType = s3("bucketReplicationConfig:BucketReplicationConfig");

describe("roles of earlier epochs", () => {
  const below = (made: readonly Made[]) =>
    made
      .filter(({ type }) => type === partTypes.policy)
      .map(({ inputs }) => deniedBelow(inputs["policy"] as string, "main"));

  test.each([1, 3])("are refused in every bucket, below epoch %i", async (epoch) => {
    expect(below(await record({}, undefined, epoch))).toEqual(bucketTable.map(() => epoch));
  });

  test("are refused only behind the fence that the program names, in the buckets that are there already", async () => {
    const made = await recordAws(() => {
      const fence = new pulumi.ComponentResource("test:index:Fence", "fence");
      vault().refuse({ epochs: { main: 2 }, dependsOn: [fence] });
    });
    const policies = made.filter(({ type }) => type === partTypes.policy);
    expect(policies).toHaveLength(bucketTable.length);
    for (const { dependsOn } of policies) expect(dependsOn).toContain("fence");
    const others = made.filter(({ type }) => type !== partTypes.policy);
    expect(others.filter(({ dependsOn }) => dependsOn.includes("fence"))).toEqual([]);
  });
});

const cloud = (made: readonly Made[]) => made.filter(({ type }) => type.startsWith("aws:"));

describe.each([true, false])("the vault on AWS (dry run %s)", (dryRun) => {
  let made: Made[];
  beforeAll(async () => {
    made = await record({}, { dryRun });
  });

  test("is exactly these resources", () => {
    const expected = [
      ...bucketTable.flatMap(([name, , , locked]) => [
        ...Object.entries(partTypes).map(([part, type]) => `${type} ${name}-${part}`),
        ...(locked ? [`${lockType} ${name}-lock`] : []),
      ]),
      "aws:iam/role:Role vault-replication-role-role",
      "aws:iam/rolePolicy:RolePolicy vault-replication-role-policy",
      `${replicationType} vault-replication-backups`,
      `${replicationType} vault-replication-archive`,
    ];
    expect(
      cloud(made)
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
    ).toEqual(expected.sort());
  });

  test("is protected, stays when it is destroyed, and asks its own region", () => {
    const regions = new Map<string, string>(
      bucketTable.flatMap(([name, , region]) =>
        [...Object.keys(partTypes), "lock"].map((part) => [`${name}-${part}`, region]),
      ),
    );
    for (const { name, type, ...rest } of cloud(made)) {
      expect({ name, ...rest }).toMatchObject({
        name,
        protect: true,
        retainOnDelete: true,
        provider: `aws-${regions.get(name) ?? "eu-central-1"}`,
      });
      expect(rest.parent).toMatch(/^vault-/);
      expect(type).not.toMatch(/V2$/);
    }
  });

  test.each(bucketTable)("%s is %s, versioned, in %s, locked: %s", (name, bucket, _, locked) => {
    const part = (key: keyof typeof partTypes) => only(made, partTypes[key], `${name}-${key}`);
    expect(part("bucket")).toMatchObject({
      parent: name,
      inputs: { bucket, objectLockEnabled: locked, forceDestroy: false },
    });
    expect(part("versioning").inputs).toEqual({
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    expect(part("ownership").inputs).toEqual({
      bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    expect(part("access").inputs).toEqual({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(part("encryption").inputs).toEqual({
      bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: name.startsWith("vault-primary") ? keys.primary : keys.standby,
          },
          bucketKeyEnabled: true,
        },
      ],
    });
    const rules = part("lifecycle").inputs["rules"] as { expiration?: { days?: number } }[];
    const days = rules.flatMap(({ expiration }) => expiration?.days ?? []);
    expect(days).toEqual(locked ? [38, 38] : []);
    const locks = made.filter(
      ({ type, name: each }) => type === lockType && each === `${name}-lock`,
    );
    expect(locks.map(({ inputs }) => inputs["rule"])).toEqual(
      locked ? [{ defaultRetention: { mode: "GOVERNANCE", days: 35 } }] : [],
    );
    expect(locks.every(({ dependsOn }) => dependsOn.includes(`${name}-versioning`))).toBe(true);
    expect(part("policy").dependsOn).toEqual([`${name}-access`]);
  });

  test("says in a tag what each bucket holds", () => {
    const tags = bucketTable.map(
      ([name]) => only(made, partTypes.bucket, `${name}-bucket`).inputs["tags"],
    );
    expect(tags).toEqual(
      ["backups", "events", "backups", "events", "coordination"].map((data) => ({
        "recover:data": data,
      })),
    );
  });
});

describe("replication", () => {
  test.each(["backups", "archive"])(
    "of %s: all KMS objects, in 15 minutes, no deletions",
    async (kind) => {
      const made = await record();
      const config = only(made, replicationType, `vault-replication-${kind}`);
      expect(config.inputs).toEqual({
        bucket: `acme-recover-eu-central-1-${kind}`,
        role: "arn:aws:mock:iam:vault-replication-role-role",
        rules: [
          {
            id: `${kind}-to-eu-west-1`,
            status: "Enabled",
            priority: 1,
            filter: { prefix: "" },
            deleteMarkerReplication: { status: "Disabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: `arn:aws:mock:s3:vault-standby-${kind}-bucket`,
              encryptionConfiguration: { replicaKmsKeyId: keys.standby },
              replicationTime: { status: "Enabled", time: { minutes: 15 } },
              metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
            },
          },
        ],
      });
    },
  );

  test("within one region is refused before anything is made", async () => {
    const made = await recordAws(() => {
      const one = { region: regionOf("eu-central-1"), keyArn: keys.primary };
      expect(() => vault({ primary: one, standby: one })).toThrow(
        /from eu-central-1 into eu-central-1.*Set recover:standbyRegion/,
      );
    });
    expect(cloud(made)).toEqual([]);
  });
});

describe("arguments", () => {
  test("that lock shorter than a chain are refused before anything is made", async () => {
    const made = await recordAws(() => {
      expect(() => vault({ lock: { days: 7 } })).toThrow(
        /vault\.lock is 7 days and the longest chain of backups 8/,
      );
    });
    expect(cloud(made)).toEqual([]);
  });

  test("with COMPLIANCE say for each bucket that it cannot be undone", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
      const made = await record({ lock: { days: 35, mode: "COMPLIANCE" } });
      const rules = made
        .filter(({ type }) => type === lockType)
        .map(({ inputs }) => inputs["rule"]);
      expect(rules).toEqual(
        Array.from({ length: 4 }, () => ({
          defaultRetention: { mode: "COMPLIANCE", days: 35 },
        })),
      );
      expect(warn).toHaveBeenCalledTimes(4);
      expect(warn.mock.calls[0]?.[0]).toMatch(/cannot be undone/);
      warn.mockClear();
      await record();
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
  });

  test("may name a bucket for access logs on one side", async () => {
    const made = await recordAws(() =>
      vault({
        primary: {
          region: regionOf("eu-central-1"),
          keyArn: keys.primary,
          accessLogBucket: "acme-logs",
        },
      }),
    );
    const logging = made.filter(({ type }) => type === s3("bucketLogging:BucketLogging"));
    expect(logging.map(({ inputs }) => inputs)).toEqual(
      ["backups", "archive"].map((kind) => ({
        bucket: `acme-recover-eu-central-1-${kind}`,
        targetBucket: "acme-logs",
        targetPrefix: `acme-recover-eu-central-1-${kind}/`,
      })),
    );
    expect(logging.map(({ provider }) => provider)).toEqual([
      "aws-eu-central-1",
      "aws-eu-central-1",
    ]);
  });

  test("may be transformed part by part", async () => {
    const made = await record({
      transform: {
        archive: {
          bucket: { tags: { team: "data" } },
          lock: (args) => ({
            ...args,
            rule: { defaultRetention: { mode: "GOVERNANCE", days: 90 } },
          }),
          policy: { policy: "{}" },
          encryption: (args) => ({ ...args, rules: [] }),
          lifecycle: { rules: [] },
        },
        replication: { config: { role: "arn:aws:iam::123456789012:role/ours" } },
      },
    });
    for (const side of ["primary", "standby"]) {
      const part = (type: string, name: string) =>
        only(made, type, `vault-${side}-archive-${name}`);
      expect(part(partTypes.bucket, "bucket").inputs["tags"]).toEqual({ team: "data" });
      expect(part(lockType, "lock").inputs["rule"]).toEqual({
        defaultRetention: { mode: "GOVERNANCE", days: 90 },
      });
      expect(part(partTypes.policy, "policy").inputs["policy"]).toBe("{}");
      expect(part(partTypes.encryption, "encryption").inputs["rules"]).toEqual([]);
      expect(part(partTypes.lifecycle, "lifecycle").inputs["rules"]).toEqual([]);
      const backups = only(made, lockType, `vault-${side}-backups-lock`);
      expect(backups.inputs["rule"]).toEqual({
        defaultRetention: { mode: "GOVERNANCE", days: 35 },
      });
    }
    expect(only(made, replicationType, "vault-replication-backups").inputs["role"]).toBe(
      "arn:aws:iam::123456789012:role/ours",
    );
  });
});

describe("a bucket's name and ARN", () => {
  test("reach nobody before its protections are there", async () => {
    const urns: string[] = [];
    await recordAws(async () => {
      const { primary } = vault();
      const deps = await (
        primary.backups.name as unknown as { allResources(): Promise<Set<pulumi.Resource>> }
      ).allResources();
      for (const resource of deps) urns.push((resource as unknown as { __name: string }).__name);
    });
    const [name] = anyBucket;
    // The policy comes later: which epoch is in force is read from the control bucket.
    for (const part of [...Object.keys(partTypes), "lock"].filter((each) => each !== "policy"))
      expect(urns).toContain(`${name}-${part}`);
  });
});
