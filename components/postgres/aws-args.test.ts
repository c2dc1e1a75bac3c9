import { describe, expect, test } from "vitest";
import { recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import { checkPostgresArgs, type AwsPostgresArgs } from "./aws-args.ts";
import { AwsPostgres } from "./aws.ts";

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/k";

async function inProgram(use: (args: AwsPostgresArgs) => void) {
  return recordAws(() => {
    use({
      region: regionOf("eu-central-1"),
      source: { kind: "new" },
      epoch: 1,
      subnetIds: ["subnet-a"],
      vpcId: "vpc-1",
      clients: {},
      keyArn,
      instanceClass: "db.r6g.large",
      replication: { to: regionOf("eu-west-1"), keyArn },
    });
  });
}

describe("arguments that are refused, each with what to write", () => {
  test.each<[string, (args: AwsPostgresArgs) => Partial<AwsPostgresArgs>, RegExp]>([
    [
      "a Multi-AZ cluster",
      () => ({ deployment: "multiAzCluster" }),
      /postgres\.deployment is multiAzCluster.*does not replicate.*Write "multiAzInstance"/s,
    ],
    [
      "a single zone without a reason",
      () => ({ deployment: { singleAz: true, because: "cheap" } }),
      /postgres\.deployment\.because needs a reason/,
    ],
    [
      "no replication without a reason",
      () => ({ replication: { off: "   " } }),
      /postgres\.replication\.off needs a reason/,
    ],
    [
      "copies beside the original",
      ({ region }) => ({ replication: { to: region, keyArn } }),
      /postgres\.replication\.to is eu-central-1, the database's own region/,
    ],
    [
      "no automated backups",
      () => ({ backupRetentionDays: 0 }),
      /postgres\.backupRetentionDays is 0: .* 1 to 35.*turn automated backups off/,
    ],
    ["too long backups", () => ({ backupRetentionDays: 36 }), /is 36/],
    ["half days", () => ({ backupRetentionDays: 7.5 }), /is 7\.5/],
    [
      "copies that are kept for less",
      ({ replication }) => ({ replication: { ...replication, retentionDays: 7 } }),
      /retentionDays is 7 and postgres\.backupRetentionDays 14.*Write 14 or more/s,
    ],
    ["too small storage", () => ({ allocatedGib: 10 }), /postgres\.allocatedGib is 10/],
    [
      "storage that cannot grow",
      () => ({ allocatedGib: 100, maxAllocatedGib: 100 }),
      /maxAllocatedGib is 100 and postgres\.allocatedGib 100.*Write 111 or more|Write 110/s,
    ],
    ["odd monitoring", () => ({ monitoringSeconds: 2 }), /monitoringSeconds is 2/],
    [
      "a time that is none",
      () => ({ source: { kind: "pointInTime", backupArn: "arn", at: "2026-11-22" } }),
      /postgres\.restoreTime "2026-11-22" is no time/,
    ],
    [
      "TLS that is not forced",
      () => ({ parameters: [{ name: "rds.force_ssl", value: "0", applyMethod: "immediate" }] }),
      /sets rds\.force_ssl to 0/,
    ],
    [
      "a name that RDS does not take",
      ({ region }) => ({ region: { ...region, prefix: "1acme-prod-g1" } }),
      /would be called 1acme-prod-g1-postgres/,
    ],
  ])("%s", async (_, wrong, message) => {
    await inProgram((args) => {
      expect(() => {
        checkPostgresArgs({ ...args, ...wrong(args) });
      }).toThrow(message);
    });
  });

  test("before anything is made", async () => {
    const made = await inProgram((args) => {
      expect(() => new AwsPostgres("postgres", { ...args, deployment: "multiAzCluster" })).toThrow(
        /multiAzCluster/,
      );
    });
    expect(made.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
  });
});

test("what is at the edge is taken", async () => {
  await inProgram((args) => {
    for (const fine of [
      {},
      { backupRetentionDays: 1 },
      { backupRetentionDays: 35 },
      { allocatedGib: 100, maxAllocatedGib: 111 },
      { deployment: { singleAz: true, because: "a rehearsal of an hour" } },
      { source: { kind: "pointInTime", backupArn: "arn", at: "2026-11-22T23:10:00.123Z" } },
      { source: { kind: "pointInTime", backupArn: "arn", at: "latest" } },
      { parameters: [{ name: "rds.force_ssl", value: "1", applyMethod: "immediate" }] },
    ] satisfies Partial<AwsPostgresArgs>[]) {
      expect(() => {
        checkPostgresArgs({ ...args, ...fine });
      }).not.toThrow();
    }
  });
});
