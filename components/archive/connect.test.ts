import { rmSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, describe, expect, test } from "vitest";
import { account, only, recordAws, type Made } from "../../tests/components/aws-mocks.ts";
import { allows, groupAccess, type PolicyDocument } from "../kafka/iam.ts";
import { kafkaArns } from "../kafka/policies.ts";
import { AwsConnectArchive, type AwsConnectArchiveArgs } from "./connect.ts";
import {
  bucket,
  bucketArn,
  clusterArn,
  keyArn,
  logsKeyArn,
  pluginFile,
  target,
} from "./fixture.ts";
import { lensesConfiguration } from "./lenses.ts";

const { plugin, folder } = pluginFile();
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Inside a recorded program. */
const argsOf = (changed: Partial<AwsConnectArchiveArgs> = {}): AwsConnectArchiveArgs => ({
  ...target(),
  bootstrapIam: "b-1.kafka:9098",
  plugin,
  pluginBucket: "acme-control",
  subnetIds: ["subnet-a", "subnet-b"],
  securityGroupIds: ["sg-connect"],
  logsKeyArn,
  ...changed,
});

interface Run {
  readonly made: Made[];
  readonly group: string;
  /** What the recorder does not keep: an option, and an asset. */
  readonly replacedInPlace: boolean | undefined;
  readonly uploaded: pulumi.asset.FileAsset | undefined;
}

async function run(changed: Partial<AwsConnectArchiveArgs> = {}, dryRun = false): Promise<Run> {
  let group = "";
  let replacedInPlace: boolean | undefined;
  let uploaded: pulumi.asset.FileAsset | undefined;
  const made = await recordAws(
    () => {
      pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
        const { deleteBeforeReplace } = opts as pulumi.CustomResourceOptions;
        if (type === "aws:mskconnect/connector:Connector") replacedInPlace = deleteBeforeReplace;
        if (type === "aws:s3/bucketObjectv2:BucketObjectv2") {
          uploaded = (props as { source: pulumi.asset.FileAsset }).source;
        }
        return undefined;
      });
      group = new AwsConnectArchive("archive", argsOf(changed)).group;
    },
    {
      dryRun,
      outputs: {
        "aws:s3/bucketObjectv2:BucketObjectv2": { versionId: "v1" },
        "aws:mskconnect/customPlugin:CustomPlugin": { latestRevision: 1 },
        "aws:mskconnect/workerConfiguration:WorkerConfiguration": { latestRevision: 2 },
      },
    },
  );
  return { made, group, replacedInPlace, uploaded };
}

describe.each([true, false])("AwsConnectArchive (dry run %s)", (dryRun) => {
  test("has exactly these children, each of the region's provider and of this parent", async () => {
    const { made } = await run({}, dryRun);
    const own = made.filter(({ type }) => type.startsWith("aws:"));
    expect(own.map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`).sort()).toEqual([
      "BucketObjectv2 archive-plugin-file",
      "Connector archive-connector",
      "CustomPlugin archive-plugin",
      "LogGroup archive-logs",
      "Role archive-role",
      "RolePolicy archive-access",
      "WorkerConfiguration archive-workers",
    ]);
    for (const { name, provider, parent } of own) {
      expect([name, provider, parent]).toEqual([name, "aws-eu-central-1", "archive"]);
    }
  });

  test("uploads the pinned file, and takes exactly that version of it", async () => {
    const { made, uploaded } = await run({}, dryRun);
    const file = only(made, "aws:s3/bucketObjectv2:BucketObjectv2");
    const key = `connect-plugins/${plugin.sha256}.zip`;
    expect(file.inputs).toMatchObject({ bucket: "acme-control", key });
    expect(await uploaded?.path).toBe(plugin.path);
    const custom = only(made, "aws:mskconnect/customPlugin:CustomPlugin");
    expect(custom.inputs).toMatchObject({
      name: `acme-prod-g1-lenses-s3-${plugin.sha256.slice(0, 12)}`,
      contentType: "ZIP",
      location: {
        s3: {
          bucketArn: "arn:aws:s3:::acme-control",
          fileKey: key,
          ...(dryRun ? {} : { objectVersion: "v1" }),
        },
      },
    });
  });

  test("connects by IAM over TLS, grows with its load, writes its log", async () => {
    const { made } = await run({ capacity: { maxWorkers: 3, mcu: 2 } }, dryRun);
    expect(only(made, "aws:mskconnect/connector:Connector").inputs).toMatchObject({
      kafkaconnectVersion: "3.7.x",
      kafkaCluster: {
        apacheKafkaCluster: {
          bootstrapServers: "b-1.kafka:9098",
          vpc: { securityGroups: ["sg-connect"], subnets: ["subnet-a", "subnet-b"] },
        },
      },
      kafkaClusterClientAuthentication: { authenticationType: "IAM" },
      kafkaClusterEncryptionInTransit: { encryptionType: "TLS" },
      capacity: {
        autoscaling: {
          mcuCount: 2,
          minWorkerCount: 1,
          maxWorkerCount: 3,
          scaleInPolicy: { cpuUtilizationPercentage: 20 },
          scaleOutPolicy: { cpuUtilizationPercentage: 80 },
        },
      },
      logDelivery: {
        workerLogDelivery: {
          cloudwatchLogs: {
            enabled: true,
            logGroup: "/aws/mskconnect/acme-prod-g1-archive-events",
          },
        },
      },
    });
    expect(only(made, "aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
      kmsKeyId: logsKeyArn,
      retentionInDays: 90,
    });
  });

  test("keeps its name whatever changes: the position in the topic hangs on it", async () => {
    const first = await run({}, dryRun);
    const other = await run({ epoch: 8, clusterId: "D", flush: { seconds: 5 } }, dryRun);
    for (const { made, group, replacedInPlace } of [first, other]) {
      const { inputs } = only(made, "aws:mskconnect/connector:Connector");
      expect(inputs["name"]).toBe("acme-prod-g1-archive-events");
      expect(group).toBe("connect-acme-prod-g1-archive-events");
      // Two connectors of one name cannot be: the old one goes first.
      expect(replacedInPlace).toBe(true);
    }
  });

  test("starts when its role may read and write", async () => {
    const { made } = await run({}, dryRun);
    expect(only(made, "aws:mskconnect/connector:Connector").dependsOn).toEqual(["archive-access"]);
  });

  test("makes no role where one is given, as a failover does", async () => {
    const { made } = await run({ roleArn: "arn:aws:iam::123456789012:role/pilot" }, dryRun);
    expect(made.filter(({ type }) => type.startsWith("aws:iam/"))).toEqual([]);
    expect(only(made, "aws:mskconnect/connector:Connector").inputs["serviceExecutionRoleArn"]).toBe(
      "arn:aws:iam::123456789012:role/pilot",
    );
  });
});

describe("what the connector is told and may do", () => {
  test("its configuration is the one of lenses.ts, for this epoch's prefix", async () => {
    const { made } = await run({ flush: { seconds: 30 } });
    expect(
      only(made, "aws:mskconnect/connector:Connector").inputs["connectorConfiguration"],
    ).toEqual(
      lensesConfiguration({
        place: { epoch: 7, line: "main", clusterId: "C", topicId: "T", topic: "events" },
        bucket: "acme-archive",
        region: "eu-central-1",
        flush: { seconds: 30, bytes: 32 << 20, records: 50_000 },
        tasks: 8,
      }),
    );
  });

  test("a transform has the last word", async () => {
    const { made } = await run({
      transform: {
        configuration: { "consumer.override.isolation.level": "read_uncommitted" },
        connector: { description: "ours" },
      },
    });
    expect(only(made, "aws:mskconnect/connector:Connector").inputs).toMatchObject({
      description: "ours",
      connectorConfiguration: {
        topics: "events",
        "consumer.override.isolation.level": "read_uncommitted",
      },
    });
  });

  test("it writes its own epoch, deletes only what it works with, and never gets at ClickHouse's group", async () => {
    const { made } = await run();
    const access = JSON.parse(
      String(only(made, "aws:iam/rolePolicy:RolePolicy").inputs["policy"]),
    ) as PolicyDocument;
    const may = (action: string, key: string): boolean =>
      allows(access, action, `${bucketArn}/${key}`);
    expect(may("s3:PutObject", "e7/C/T/events/000000000001/x.gz")).toBe(true);
    expect(may("s3:PutObject", "e6/C/T/events/000000000001/x.gz")).toBe(false);
    expect(may("s3:PutObject", "e7/D/T/events/000000000001/x.gz")).toBe(false);
    expect(may("s3:DeleteObject", "e7/C/T/events/000000000001/x.gz")).toBe(false);
    expect(may("s3:DeleteObjectVersion", ".temp-upload/events/1/uuid/x")).toBe(false);
    for (const own of [".indexes/e7/C/T/n/.locks/events/1.lock", ".temp-upload/events/1/uuid/x"]) {
      expect([may("s3:PutObject", own), may("s3:DeleteObject", own)]).toEqual([true, true]);
    }
    expect(may("s3:PutObject", ".indexes/e6/C/T/n/.locks/events/1.lock")).toBe(false);
    expect(allows(access, "s3:ListBucket", bucketArn)).toBe(true);
    expect(allows(access, "kms:GenerateDataKey", keyArn)).toBe(true);
    const arns = kafkaArns(clusterArn);
    expect(groupAccess(access, arns.group("clickhouse"))).toEqual([]);
    expect(groupAccess(access, arns.group("connect-acme-prod-g1-archive-events"))).toEqual([
      "kafka-cluster:AlterGroup",
      "kafka-cluster:DescribeGroup",
    ]);
  });

  test("only MSK Connect of this account takes its role", async () => {
    const { made } = await run();
    const { inputs } = only(made, "aws:iam/role:Role");
    expect(JSON.parse(String(inputs["assumeRolePolicy"]))).toMatchObject({
      Statement: [
        {
          Principal: { Service: "kafkaconnect.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": account } },
        },
      ],
    });
  });
});

describe("refused in a preview", () => {
  async function refusal(changed: Partial<AwsConnectArchiveArgs>): Promise<string> {
    let said = "nothing";
    await recordAws(
      () => {
        try {
          new AwsConnectArchive("archive", argsOf(changed));
        } catch (error) {
          said = String(error);
        }
      },
      { dryRun: true },
    );
    return said;
  }

  test("a plugin that is not there, or is another one", async () => {
    expect(await refusal({ plugin: { ...plugin, path: "/none.zip" } })).toMatch(
      /names \/none\.zip, and there is no such file/,
    );
    expect(await refusal({ plugin: { ...plugin, sha256: "0".repeat(64) } })).toMatch(
      /another file than the one that was pinned/,
    );
  });

  test("a flush that the connector would not take", async () => {
    expect(await refusal({ flush: { seconds: 0 } })).toMatch(/archive\.flush\.seconds is 0/);
  });

  test("a bucket that locks every object, unless the release sends checksums", async () => {
    const locked = { bucket: { ...bucket, defaultRetention: true } };
    expect(await refusal(locked)).toMatch(/nothing would be archived/);
    expect(await refusal({ ...locked, plugin: { ...plugin, sendsChecksums: true } })).toBe(
      "nothing",
    );
  });
});
