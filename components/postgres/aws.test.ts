import { beforeAll, describe, expect, test } from "vitest";
import { only, type Made } from "../../tests/components/aws-mocks.ts";
import { keys, rdsOutputs, record } from "./fixture.ts";

const instanceType = "aws:rds/instance:Instance";
const replicationType =
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication";
const cloud = (made: readonly Made[]) =>
  made.filter(({ type }) => type.startsWith("aws:") || type.startsWith("recover:index:"));

describe.each([true, false])("PostgreSQL on AWS (dry run %s)", (dryRun) => {
  let made: Made[];
  beforeAll(async () => {
    made = await record({}, { dryRun });
  });

  test("is exactly these resources", () => {
    expect(
      cloud(made)
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
    ).toEqual(
      [
        "aws:cloudwatch/logGroup:LogGroup postgres-log-postgresql",
        "aws:cloudwatch/logGroup:LogGroup postgres-log-upgrade",
        "aws:ec2/securityGroup:SecurityGroup postgres-access",
        "aws:iam/role:Role postgres-monitoring-role",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment postgres-monitoring-rights",
        `${instanceType} postgres-instance`,
        `${replicationType} postgres-replication`,
        "aws:rds/parameterGroup:ParameterGroup postgres-parameters",
        "aws:rds/subnetGroup:SubnetGroup postgres-subnets",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule postgres-from-nodes",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule postgres-from-tunnel",
        "recover:index:Key postgres-final",
      ].sort(),
    );
  });

  test("asks its own region, the copies the other one", () => {
    for (const { type, name, provider, parent } of cloud(made)) {
      expect(parent).toMatch(/^postgres/);
      if (type.startsWith("recover:")) continue;
      const region = type === replicationType ? "eu-west-1" : "eu-central-1";
      expect(`${name} ${provider ?? ""}`).toBe(`${name} aws-${region}`);
    }
  });

  test("cannot be deleted or replaced by mistake", () => {
    expect(only(made, instanceType)).toMatchObject({
      protect: true,
      retainOnDelete: true,
      inputs: {
        deletionProtection: true,
        deleteAutomatedBackups: false,
        skipFinalSnapshot: false,
        copyTagsToSnapshot: true,
      },
    });
    expect(only(made, replicationType).protect).toBe(true);
  });

  test("survives a zone, is backed up, encrypted, private, and watched", () => {
    expect(only(made, instanceType).inputs).toMatchObject({
      identifier: "acme-prod-g1-postgres",
      engine: "postgres",
      engineVersion: "17",
      instanceClass: "db.r6g.large",
      username: "recover_admin",
      allocatedStorage: 100,
      maxAllocatedStorage: 1000,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: keys.near,
      multiAz: true,
      publiclyAccessible: false,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: keys.near,
      iamDatabaseAuthenticationEnabled: true,
      autoMinorVersionUpgrade: true,
      backupRetentionPeriod: 14,
      backupWindow: "02:00-03:00",
      maintenanceWindow: "sun:04:00-sun:05:00",
      monitoringInterval: 30,
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: keys.near,
      performanceInsightsRetentionPeriod: 7,
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      tags: { "recover:data": "relational", "recover:epoch": "3" },
    });
    expect(only(made, instanceType).secrets).toEqual([]);
    expect(only(made, instanceType).inputs).not.toHaveProperty("password");
    expect(only(made, instanceType).dependsOn).toEqual([
      "postgres-log-postgresql",
      "postgres-log-upgrade",
    ]);
  });

  test("lets in who is named, by TLS alone", () => {
    const rule = (client: string) =>
      only(
        made,
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        `postgres-from-${client}`,
      ).inputs;
    for (const client of ["nodes", "tunnel"]) {
      expect(rule(client)).toMatchObject({
        referencedSecurityGroupId: `sg-${client}`,
        ipProtocol: "tcp",
        fromPort: 5432,
        toPort: 5432,
      });
      expect(rule(client)).not.toHaveProperty("cidrIpv4");
    }
    expect(only(made, "aws:rds/parameterGroup:ParameterGroup").inputs).toMatchObject({
      family: "postgres17",
      parameters: [
        { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
        { name: "track_commit_timestamp", value: "1", applyMethod: "pending-reboot" },
      ],
    });
    expect(only(made, "aws:rds/subnetGroup:SubnetGroup").inputs).toMatchObject({
      subnetIds: ["subnet-a", "subnet-b"],
    });
    const access = only(made, "aws:ec2/securityGroup:SecurityGroup").inputs;
    expect(access).toMatchObject({ vpcId: "vpc-1" });
    expect(access).not.toHaveProperty("egress");
    expect(access).not.toHaveProperty("ingress");
  });

  test("keeps its logs for a month", () => {
    const group = only(made, "aws:cloudwatch/logGroup:LogGroup", "postgres-log-postgresql");
    expect(group.inputs).toMatchObject({
      name: "/aws/rds/instance/acme-prod-g1-postgres/postgresql",
      retentionInDays: 30,
    });
  });

  test("has its backups copied with a key of the other region", () => {
    expect(only(made, replicationType).inputs).toMatchObject({
      kmsKeyId: keys.far,
      retentionPeriod: 14,
    });
  });
});

describe("its parts fit together", () => {
  test("by name and ARN", async () => {
    const made = await record();
    expect(only(made, instanceType).inputs).toMatchObject({
      vpcSecurityGroupIds: ["postgres-access-id"],
      monitoringRoleArn: "arn:aws:mock:iam:postgres-monitoring-role",
    });
    expect(only(made, replicationType).inputs).toMatchObject({
      sourceDbInstanceArn: rdsOutputs[instanceType].arn,
    });
    const role = only(made, "aws:iam/role:Role").inputs["assumeRolePolicy"];
    expect(JSON.parse(String(role))).toMatchObject({
      Statement: [
        {
          Principal: { Service: "monitoring.rds.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        },
      ],
    });
    expect(
      only(made, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs["policyArn"],
    ).toBe("arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole");
  });

  test("the final snapshot's name is this database's own, also in its next life", async () => {
    const nameWith = async (value: string, epoch: number) => {
      const outputs = { "recover:index:Key": { value } };
      const made = await record({ epoch }, { outputs });
      return String(only(made, instanceType).inputs["finalSnapshotIdentifier"]);
    };
    const one = await nameWith("1b4c09fe-0d0c-4ac3-9d8b-5a3b7a4e7d11", 3);
    expect(one).toBe("acme-prod-g1-postgres-final-e3-1b4c09fe");
    expect(one).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(await nameWith("99999999-0d0c-4ac3-9d8b-5a3b7a4e7d11", 3)).not.toBe(one);
    expect(await nameWith("1b4c09fe-0d0c-4ac3-9d8b-5a3b7a4e7d11", 4)).not.toBe(one);
  });

  test("the monitoring role may be one that is there: no IAM resource on the day", async () => {
    const made = await record({ monitoringRoleArn: "arn:aws:iam::123456789012:role/there" });
    expect(made.filter(({ type }) => type.startsWith("aws:iam"))).toEqual([]);
    expect(only(made, instanceType).inputs["monitoringRoleArn"]).toBe(
      "arn:aws:iam::123456789012:role/there",
    );
  });
});
