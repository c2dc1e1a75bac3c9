import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../../tests/components/iam.ts";
import { vaultRolePolicy, type VaultReach, type VaultRole } from "./writers.ts";

const reach: VaultReach = {
  partition: "aws",
  buckets: {
    backups: { name: "acme-near-backups", region: "eu-central-1", keyArn: "arn:near-key" },
    archive: { name: "acme-near-archive", region: "eu-central-1", keyArn: "arn:near-key" },
    control: { name: "acme-far-control", region: "eu-west-1", keyArn: "arn:far-key" },
  },
};
const arn = (bucket: keyof VaultReach["buckets"], key?: string) =>
  `arn:aws:s3:::${reach.buckets[bucket].name}${key === undefined ? "" : `/${key}`}`;
const roles = ["archiver", "backup", "lease", "recovery", "reader"] as const;
const policyOf = (role: VaultRole, epoch = 7, line = "main") =>
  vaultRolePolicy({ role, epoch, line, reach });

/** Whether a role of epoch 7 may put this object. */
const puts = (role: VaultRole, bucket: keyof VaultReach["buckets"], key: string) =>
  decide(policyOf(role), { action: "s3:PutObject", resource: arn(bucket, key) }) === "allow";
const gets = (role: VaultRole, bucket: keyof VaultReach["buckets"], key: string) =>
  decide(policyOf(role), { action: "s3:GetObject", resource: arn(bucket, key) }) === "allow";

describe("what a role of epoch 7 writes", () => {
  /** Bucket, key, who may. */
  test.each<[keyof VaultReach["buckets"], string, readonly VaultRole[]]>([
    ["archive", "e7/cluster/topic/x", ["archiver"]],
    ["archive", "e8/cluster/topic/x", []],
    ["archive", "e70/cluster/topic/x", []],
    ["archive", "drill-a/e7/cluster/topic/x", []],
    ["backups", "e7/clickhouse/x", ["backup"]],
    ["backups", "e7/ledgers/x.json", ["backup"]],
    ["backups", "e7/zookeeper/x.snapshot", ["backup"]],
    ["backups", "e6/ledgers/x.json", []],
    ["control", "main/lease/7.json", ["lease", "recovery"]],
    ["control", "main/lease/8.json", ["recovery"]],
    ["control", "main/fence/8.json", ["recovery"]],
    ["control", "main/announcements/backup.json", ["backup", "recovery"]],
    ["control", "drill-a/fence/8.json", []],
  ])("%s/%s: %j", (bucket, key, may) => {
    expect(roles.filter((role) => puts(role, bucket, key))).toEqual(may);
  });
});

describe("what a role reads", () => {
  test.each<[keyof VaultReach["buckets"], string, readonly VaultRole[]]>([
    ["archive", "e7/cluster/topic/x", ["archiver", "backup", "recovery", "reader"]],
    ["archive", "e6/cluster/topic/x", ["recovery", "reader"]],
    ["backups", "e6/clickhouse/x", ["backup", "recovery", "reader"]],
    ["control", "main/fence/7.json", ["archiver", "backup", "lease", "recovery", "reader"]],
    ["control", "main/steps/r/x.json", ["lease", "recovery", "reader"]],
  ])("%s/%s: %j", (bucket, key, may) => {
    expect(roles.filter((role) => gets(role, bucket, key))).toEqual(may);
  });

  test("it lists where it reads, by prefix", () => {
    const list = (role: VaultRole, prefix: string) =>
      decide(policyOf(role), {
        action: "s3:ListBucket",
        resource: arn("archive"),
        context: { "s3:prefix": prefix },
      });
    expect(list("archiver", "e7/cluster/")).toBe("allow");
    expect(list("archiver", "e6/cluster/")).toBe("silent");
    expect(list("reader", "e6/")).toBe("allow");
  });
});

describe("whatever the role, epoch and line", () => {
  const anyone = [
    fc.constantFrom(...roles),
    fc.integer({ min: 1, max: 10_000 }),
    fc.constantFrom("main", "drill-x", "drill-2026-11-23"),
  ] as const;

  test("no version, lock or bucket can be changed", () => {
    fc.assert(
      fc.property(...anyone, (role, epoch, line) => {
        expect(policyOf(role, epoch, line)).not.toMatch(
          /DeleteObjectVersion|Bypass|PutObjectRetention|PutObjectLegalHold|PutBucket|PutLifecycle|s3:\*|"\*"/,
        );
      }),
    );
  });

  test("another epoch's prefix is never written by a writer", () => {
    fc.assert(
      fc.property(...anyone, (role, epoch, line) => {
        fc.pre(role !== "recovery");
        const policy = policyOf(role, epoch, line);
        const prefix = line === "main" ? "" : `${line}/`;
        for (const other of [epoch + 1, epoch * 10, epoch - 1]) {
          for (const bucket of ["backups", "archive"] as const) {
            for (const key of ["clickhouse/x", "ledgers/x", "cluster/topic/x"]) {
              const resource = arn(bucket, `${prefix}e${other}/${key}`);
              expect(decide(policy, { action: "s3:PutObject", resource })).toBe("silent");
            }
          }
        }
      }),
    );
  });

  test("the policy fits into a role", () => {
    fc.assert(
      fc.property(...anyone, (role, epoch, line) => {
        expect(policyOf(role, epoch, line).length).toBeLessThan(10_240);
      }),
    );
  });

  test("Sids are letters and digits, each once", () => {
    for (const role of roles) {
      const { Statement: statements } = JSON.parse(policyOf(role)) as {
        Statement: { Sid?: string }[];
      };
      const sids = statements.flatMap(({ Sid }) => Sid ?? []);
      expect(new Set(sids).size).toBe(sids.length);
      expect(sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid))).toBe(true);
    }
  });
});

describe("KMS keys", () => {
  const kms = (
    role: VaultRole,
    action: string,
    bucket: keyof VaultReach["buckets"],
    via?: string,
  ) =>
    decide(policyOf(role), {
      action,
      resource: reach.buckets[bucket].keyArn,
      context: {
        "kms:ViaService": via ?? `s3.${reach.buckets[bucket].region}.amazonaws.com`,
        "kms:EncryptionContext:aws:s3:arn": arn(bucket),
      },
    });

  test("decrypt for who reads, make data keys for who writes, in the bucket's region", () => {
    expect(kms("archiver", "kms:Decrypt", "archive")).toBe("allow");
    expect(kms("archiver", "kms:GenerateDataKey", "archive")).toBe("allow");
    expect(kms("archiver", "kms:GenerateDataKey", "control")).toBe("allow");
    expect(kms("archiver", "kms:GenerateDataKey", "backups")).toBe("silent");
    expect(kms("reader", "kms:Decrypt", "backups")).toBe("allow");
    expect(kms("reader", "kms:GenerateDataKey", "backups")).toBe("silent");
    expect(kms("recovery", "kms:GenerateDataKey", "control")).toBe("allow");
    expect(kms("recovery", "kms:GenerateDataKey", "archive")).toBe("silent");
    expect(kms("lease", "kms:Decrypt", "archive")).toBe("silent");
  });

  test("only through S3, and only in that region", () => {
    expect(kms("archiver", "kms:Decrypt", "archive", "s3.eu-west-1.amazonaws.com")).toBe("silent");
    expect(kms("archiver", "kms:Decrypt", "archive", "rds.eu-central-1.amazonaws.com")).toBe(
      "silent",
    );
  });
});

describe("a sink connector's position", () => {
  const withIndexes = (role: VaultRole, ...connectorPrefixes: string[]) =>
    vaultRolePolicy({ role, epoch: 7, reach, connectorPrefixes });

  test("is rewritten and removed by the archiver, below its own prefix", () => {
    const policy = withIndexes("archiver", ".indexes/recover-e7/");
    const may = (action: string, key: string) =>
      decide(policy, { action, resource: arn("archive", key) });
    for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]) {
      expect(may(action, ".indexes/recover-e7/a/.locks/1.lock")).toBe("allow");
      expect(may(action, ".indexes/recover-e8/a/.locks/1.lock")).toBe("silent");
    }
    expect(may("s3:DeleteObject", "e7/cluster/x")).toBe("silent");
    expect(
      decide(policy, {
        action: "s3:ListBucket",
        resource: arn("archive"),
        context: { "s3:prefix": ".indexes/recover-e7/a/" },
      }),
    ).toBe("allow");
  });

  test.each(["e8/", ".indexes/*/", ".indexes", "/"])("is not %j", (prefix) => {
    expect(() => withIndexes("archiver", prefix)).toThrow(/begins with "\." and ends in "\/"/);
  });

  test("belongs to nobody else", () => {
    expect(() => withIndexes("backup", ".indexes/recover-e7/")).toThrow(/only the archiver/);
  });
});

test("other partitions have their own ARNs", () => {
  const policy = vaultRolePolicy({
    role: "archiver",
    epoch: 1,
    reach: { ...reach, partition: "aws-us-gov" },
  });
  expect(policy).toContain("arn:aws-us-gov:s3:::acme-near-archive/e1/*");
  expect(policy).not.toContain("arn:aws:");
});

describe("who may write a bucket's policy", () => {
  const asked = (policy: string, bucket: keyof VaultReach["buckets"], action: string) =>
    decide(policy, { action, resource: arn(bucket) });
  const fence = vaultRolePolicy({
    role: "recovery",
    epoch: 7,
    reach,
    fences: ["backups", "control"],
  });

  test("is the fence's role alone, where it is told to", () => {
    for (const action of ["s3:GetBucketPolicy", "s3:PutBucketPolicy"]) {
      expect(asked(fence, "control", action)).toBe("allow");
      expect(asked(fence, "backups", action)).toBe("allow");
      expect(asked(fence, "archive", action)).not.toBe("allow");
      for (const role of roles) expect(asked(policyOf(role), "control", action)).not.toBe("allow");
    }
    expect(asked(fence, "control", "s3:DeleteBucketPolicy")).not.toBe("allow");
  });

  test("is never a writer of an epoch", () => {
    const ask = () => vaultRolePolicy({ role: "backup", epoch: 7, reach, fences: ["control"] });
    expect(ask).toThrow(/a fenced side would let itself in again/);
  });
});
