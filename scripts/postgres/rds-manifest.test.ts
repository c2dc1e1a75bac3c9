import { describe, expect, test } from "vitest";
import {
  checkRdsManifest,
  majorOf,
  parseRdsManifest,
  rdsManifest,
  rdsManifestOf,
  regionOfArn,
  type RdsInstanceFacts,
} from "./rds-manifest.ts";

const facts: RdsInstanceFacts = {
  identifier: "acme-prod-g1-postgres",
  arn: "arn:aws:rds:eu-central-1:123456789012:db:acme-prod-g1-postgres",
  resourceId: "db-ABCDEF",
  engineVersionActual: "17.6",
  instanceClass: "db.r6g.large",
  storageType: "gp3",
  allocatedStorage: 100,
  maxAllocatedStorage: 500,
  iops: 0,
  storageThroughput: 0,
  multiAz: true,
  port: 5432,
  username: "recover_admin",
  backupRetentionPeriod: 14,
  backupWindow: "02:00-03:00",
  maintenanceWindow: "sun:04:00-sun:05:00",
};
const copy = {
  arn: "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-abc",
  region: "eu-west-1",
  keyArn: "arn:aws:kms:eu-west-1:123456789012:key/far",
  retentionDays: 14,
};
const parameters = [{ name: "rds.force_ssl", value: "1", applyMethod: "immediate" as const }];

describe("the manifest of an instance", () => {
  test("holds all that a restore in another region needs", () => {
    expect(rdsManifestOf("eu-central-1", facts, parameters, copy)).toEqual({
      version: 1,
      identifier: "acme-prod-g1-postgres",
      arn: facts.arn,
      resourceId: "db-ABCDEF",
      region: "eu-central-1",
      copy,
      engineVersion: "17.6",
      instanceClass: "db.r6g.large",
      storage: { type: "gp3", allocatedGib: 100, maxAllocatedGib: 500 },
      multiAz: true,
      port: 5432,
      masterUsername: "recover_admin",
      parameters,
      backupRetentionDays: 14,
      backupWindow: "02:00-03:00",
      maintenanceWindow: "sun:04:00-sun:05:00",
    });
  });

  test("is read back as it was written", () => {
    const manifest = rdsManifestOf(
      "eu-central-1",
      { ...facts, iops: 12_000, storageThroughput: 500 },
      parameters,
      copy,
    );
    expect(manifest.storage).toMatchObject({ iops: 12_000, throughput: 500 });
    expect(parseRdsManifest(JSON.stringify(manifest), "x")).toEqual(manifest);
  });

  test("of an instance without replicated backups says so", () => {
    expect(rdsManifestOf("eu-central-1", facts, [], null).copy).toBeNull();
  });

  test.each<[string, Partial<RdsInstanceFacts>]>([
    ["no automated backups", { backupRetentionPeriod: 0 }],
    ["no ARN", { arn: "" }],
    ["no version", { engineVersionActual: "" }],
    ["a class that is none", { instanceClass: "r6g.large" }],
  ])("is refused before it is written with %s", (_, wrong) => {
    const manifest = rdsManifestOf("eu-central-1", { ...facts, ...wrong }, parameters, copy);
    expect(() => checkRdsManifest(manifest, "the manifest of acme")).toThrow(
      /the manifest of acme is no recovery manifest/,
    );
  });

  test("of another version is refused by name, with what to do", () => {
    const newer = JSON.stringify({
      ...rdsManifestOf("eu-central-1", facts, parameters, copy),
      version: 2,
    });
    expect(() => parseRdsManifest(newer, "main/postgres.json")).toThrow(
      /main\/postgres\.json is no recovery manifest that this version reads \(version: .*looked up in the standby/s,
    );
    expect(() => parseRdsManifest("{", "main/postgres.json")).toThrow(/is no JSON/);
  });

  test("names every missing field", () => {
    const { resourceId: _, ...without } = rdsManifestOf("eu-central-1", facts, parameters, copy);
    expect(rdsManifest.safeParse(without).success).toBe(false);
    expect(() => parseRdsManifest(JSON.stringify(without), "x")).toThrow(/resourceId/);
  });
});

test("an ARN tells its region, a version its major", () => {
  expect(regionOfArn(copy.arn)).toBe("eu-west-1");
  expect(regionOfArn("nothing")).toBe("");
  expect(majorOf("17.6")).toBe(17);
  expect(majorOf("9.6.24")).toBe(9);
});
