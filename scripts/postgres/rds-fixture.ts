import type { RdsManifest } from "./rds-manifest.ts";

/** A manifest of a test. */
export function manifestFixture(overrides: Partial<RdsManifest> = {}): RdsManifest {
  return {
    version: 1,
    identifier: "acme-prod-g1-postgres",
    arn: "arn:aws:rds:eu-central-1:123456789012:db:acme-prod-g1-postgres",
    resourceId: "db-ABCDEF",
    region: "eu-central-1",
    copy: {
      arn: "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-1",
      region: "eu-west-1",
      keyArn: "arn:aws:kms:eu-west-1:123456789012:key/1",
      retentionDays: 14,
    },
    engineVersion: "17.6",
    instanceClass: "db.r6g.large",
    storage: { type: "gp3", allocatedGib: 100, maxAllocatedGib: 500 },
    multiAz: true,
    port: 5432,
    masterUsername: "recover_admin",
    parameters: [],
    backupRetentionDays: 14,
    backupWindow: "02:00-03:00",
    maintenanceWindow: "sun:04:00-sun:05:00",
    ...overrides,
  };
}
