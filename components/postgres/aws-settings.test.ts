import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { only, recordAws, regionOf } from "../../tests/components/aws-mocks.ts";
import type { RdsManifest } from "../../scripts/postgres/rds-manifest.ts";
import { valueOf } from "../../tests/components/outputs.ts";
import { keys, postgres, rdsOutputs, record } from "./fixture.ts";

const instanceType = "aws:rds/instance:Instance";
const replicationType =
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";

describe("arguments", () => {
  test("change what they say", async () => {
    const made = await record({
      majorVersion: 16,
      allocatedGib: 200,
      maxAllocatedGib: 400,
      deployment: { singleAz: true, because: "a rehearsal of an hour" },
      backupRetentionDays: 7,
      backupWindow: "05:00-06:00",
      maintenanceWindow: "mon:06:30-mon:07:30",
      monitoringSeconds: 60,
      logDays: 7,
      masterUsername: "boss",
      logicalReplication: true,
      parameters: [{ name: "max_connections", value: "500", applyMethod: "pending-reboot" }],
      replication: { to: regionOf("eu-west-1"), keyArn: keys.far, retentionDays: 35 },
    });
    expect(only(made, instanceType).inputs).toMatchObject({
      engineVersion: "16",
      allocatedStorage: 200,
      maxAllocatedStorage: 400,
      multiAz: false,
      backupRetentionPeriod: 7,
      backupWindow: "05:00-06:00",
      maintenanceWindow: "mon:06:30-mon:07:30",
      monitoringInterval: 60,
      username: "boss",
    });
    expect(only(made, "aws:rds/parameterGroup:ParameterGroup").inputs).toMatchObject({
      family: "postgres16",
      parameters: [
        { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
        { name: "track_commit_timestamp", value: "1", applyMethod: "pending-reboot" },
        { name: "rds.logical_replication", value: "1", applyMethod: "pending-reboot" },
        { name: "max_connections", value: "500", applyMethod: "pending-reboot" },
      ],
    });
    expect(only(made, replicationType).inputs["retentionPeriod"]).toBe(35);
    expect(
      only(made, "aws:cloudwatch/logGroup:LogGroup", "postgres-log-upgrade").inputs[
        "retentionInDays"
      ],
    ).toBe(7);
  });

  test("may transform each part", async () => {
    const made = await record({
      transform: {
        instance: { caCertIdentifier: "rds-ca-ecc384-g1" },
        parameterGroup: { description: "ours" },
        subnetGroup: { description: "ours" },
        securityGroup: (args) => ({ ...args, description: "ours" }),
        replication: { retentionPeriod: 20 },
      },
    });
    expect(only(made, instanceType).inputs["caCertIdentifier"]).toBe("rds-ca-ecc384-g1");
    for (const type of [
      "aws:rds/parameterGroup:ParameterGroup",
      "aws:rds/subnetGroup:SubnetGroup",
      "aws:ec2/securityGroup:SecurityGroup",
    ]) {
      expect(only(made, type).inputs["description"]).toBe("ours");
    }
    expect(only(made, replicationType).inputs["retentionPeriod"]).toBe(20);
  });

  test("of a standby that took over replicate later, without a warning", async () => {
    const said = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    let manifest: Promise<RdsManifest> | undefined;
    const made = await recordAws(
      () => {
        manifest = valueOf(postgres({ replication: { until: "reprotect" } }).manifest);
      },
      { outputs: rdsOutputs },
    );
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
    expect(made.filter(({ type }) => /AutomatedBackupsReplication/.test(type))).toEqual([]);
    expect((await manifest)?.copy).toBeNull();
  });

  test("that turn replication off are said in every preview", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
      let manifest: RdsManifest | undefined;
      const made = await record(
        { replication: { off: "a rehearsal of an hour" } },
        {},
        (database) => {
          expect(database.replication).toBeUndefined();
          database.manifest.apply((known) => (manifest = known));
        },
      );
      expect(made.filter(({ type }) => type === replicationType)).toEqual([]);
      expect(warn.mock.calls.map(([text]) => text)).toEqual([
        expect.stringMatching(
          /postgres\.replication is off: a rehearsal of an hour\. A lost eu-central-1/,
        ),
      ]);
      expect(manifest?.copy).toBeNull();
      warn.mockClear();
      await record();
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
    }
  });
});

describe("its outputs", () => {
  test("tell where it is, and what a restore elsewhere needs", async () => {
    const seen: Record<string, unknown> = {};
    await record({ logicalReplication: true }, {}, (database) => {
      const { address, port, masterUsername, masterSecretArn, manifest, securityGroupId } =
        database;
      pulumi
        .output({ address, port, masterUsername, masterSecretArn, manifest, securityGroupId })
        .apply((all) => Object.assign(seen, all));
    });
    expect(seen).toEqual({
      address: rdsOutputs[instanceType].address,
      port: 5432,
      masterUsername: "recover_admin",
      masterSecretArn: rdsOutputs[instanceType].masterUserSecrets[0].secretArn,
      securityGroupId: "postgres-access-id",
      manifest: {
        version: 1,
        identifier: "acme-prod-g1-postgres",
        arn: rdsOutputs[instanceType].arn,
        resourceId: "db-ABCDEF",
        region: "eu-central-1",
        copy: {
          // The id of a mock; on AWS it is the ARN of the replicated backup.
          arn: "postgres-replication-id",
          region: "eu-west-1",
          keyArn: keys.far,
          retentionDays: 14,
        },
        engineVersion: "17.6",
        instanceClass: "db.r6g.large",
        storage: { type: "gp3", allocatedGib: 100, maxAllocatedGib: 1000 },
        multiAz: true,
        port: 5432,
        masterUsername: "recover_admin",
        parameters: [
          { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
          { name: "track_commit_timestamp", value: "1", applyMethod: "pending-reboot" },
          { name: "rds.logical_replication", value: "1", applyMethod: "pending-reboot" },
        ],
        backupRetentionDays: 14,
        backupWindow: "02:00-03:00",
        maintenanceWindow: "sun:04:00-sun:05:00",
      },
    });
  });
});
