import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { parseFirehoseKey } from "../../scripts/archive/firehose.ts";
import { account, only, recordAws, type Made } from "../../tests/components/aws-mocks.ts";
import { allows, groupAccess, type PolicyDocument } from "../kafka/iam.ts";
import { kafkaArns } from "../kafka/policies.ts";
import { AwsFirehoseArchive, type AwsFirehoseArchiveArgs } from "./firehose.ts";
import { bucketArn, clusterArn, keyArn, logsKeyArn, target } from "./fixture.ts";

/** Inside a recorded program. */
const argsOf = (changed: Partial<AwsFirehoseArchiveArgs> = {}): AwsFirehoseArchiveArgs => {
  const of = target();
  return { ...of, logsKeyArn, after: [of.region.provider], ...changed };
};

const lambdaArn = `arn:aws:lambda:eu-central-1:${account}:function:acme-prod-g1-archive-events`;

async function run(
  changed: Partial<AwsFirehoseArchiveArgs> = {},
  dryRun = false,
): Promise<{
  made: Made[];
  /** What the recorder does not keep: an option, and an asset. */
  replacedInPlace: boolean | undefined;
  code: pulumi.asset.AssetArchive | undefined;
}> {
  let replacedInPlace: boolean | undefined;
  let code: pulumi.asset.AssetArchive | undefined;
  const made = await recordAws(
    () => {
      pulumi.runtime.registerStackTransformation(({ name, props, opts }) => {
        const { deleteBeforeReplace } = opts as pulumi.CustomResourceOptions;
        if (name === "archive-stream") replacedInPlace = deleteBeforeReplace;
        if (name === "archive-transform") {
          code = (props as { code: pulumi.asset.AssetArchive }).code;
        }
        return undefined;
      });
      return new AwsFirehoseArchive("archive", argsOf(changed));
    },
    {
      dryRun,
      outputs: {
        "aws:lambda/function:Function": { arn: lambdaArn, qualifiedArn: `${lambdaArn}:3` },
        "aws:iam/role:Role archive-role": { arn: "arn:aws:iam::123456789012:role/archive" },
      },
    },
  );
  return { made, replacedInPlace, code };
}
const stream = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream";

describe.each([true, false])("AwsFirehoseArchive (dry run %s)", (dryRun) => {
  test("has exactly these children, each of the region's provider and of this parent", async () => {
    const { made } = await run({}, dryRun);
    const own = made.filter(({ type }) => type.startsWith("aws:"));
    expect(own.map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`).sort()).toEqual([
      "FirehoseDeliveryStream archive-stream",
      "Function archive-transform",
      "LogGroup archive-logs",
      "LogGroup archive-transform-logs",
      "LogStream archive-log",
      "Role archive-role",
      "Role archive-transform-role",
      "RolePolicy archive-access",
      "RolePolicy archive-transform-access",
    ]);
    for (const { name, provider, parent } of own) {
      expect([name, provider, parent]).toEqual([name, "aws-eu-central-1", "archive"]);
    }
  });

  test("reads its topic privately, from the oldest event on", async () => {
    const { made, replacedInPlace } = await run({}, dryRun);
    const { inputs, dependsOn } = only(made, stream);
    expect(inputs).toMatchObject({
      name: "acme-prod-g1-archive-events",
      destination: "extended_s3",
      mskSourceConfiguration: {
        mskClusterArn: clusterArn,
        topicName: "events",
        readFromTimestamp: "1970-01-01T00:00:00Z",
        authenticationConfiguration: { connectivity: "PRIVATE" },
      },
    });
    // The cluster's private connectivity, and the role's permissions.
    expect(dependsOn).toEqual(["aws-eu-central-1", "archive-access"]);
    expect(replacedInPlace).toBe(true);
    const later = await run({ readFromTimestamp: "2026-11-25T00:00:00Z" }, dryRun);
    expect(only(later.made, stream).inputs).toMatchObject({
      mskSourceConfiguration: { readFromTimestamp: "2026-11-25T00:00:00Z" },
    });
  });

  test("writes compressed, encrypted objects through the Lambda, and says when it cannot", async () => {
    const { made } = await run({ bufferSeconds: 30, bufferMib: 5 }, dryRun);
    expect(only(made, stream).inputs).toMatchObject({
      extendedS3Configuration: {
        bucketArn,
        kmsKeyArn: keyArn,
        bufferingInterval: 30,
        bufferingSize: 5,
        compressionFormat: "GZIP",
        fileExtension: ".json.gz",
        customTimeZone: "UTC",
        cloudwatchLoggingOptions: {
          enabled: true,
          logGroupName: "/aws/kinesisfirehose/acme-prod-g1-archive-events",
          logStreamName: "delivery",
        },
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: "Lambda",
              parameters: [
                {
                  parameterName: "LambdaArn",
                  // A version, not the function: another one is taken by an update.
                  ...(dryRun ? {} : { parameterValue: `${lambdaArn}:3` }),
                },
              ],
            },
          ],
        },
      },
    });
  });

  test("runs the file beside the component, with the topic in its environment", async () => {
    const { made, code } = await run({}, dryRun);
    const { inputs, dependsOn } = only(made, "aws:lambda/function:Function");
    expect(inputs).toMatchObject({
      name: "acme-prod-g1-archive-events",
      runtime: "nodejs22.x",
      handler: "index.handler",
      publish: true,
      timeout: 120,
      environment: { variables: { TOPIC: "events" } },
      loggingConfig: { logGroup: "/aws/lambda/acme-prod-g1-archive-events" },
    });
    expect(dependsOn).toEqual(["archive-transform-access"]);
    const assets = (await code?.assets) ?? {};
    expect(Object.keys(assets)).toEqual(["index.mjs"]);
    const path = await (assets["index.mjs"] as pulumi.asset.FileAsset).path;
    const { handler } = (await import(path)) as { handler: unknown };
    expect(handler).toBeTypeOf("function");
  });

  test("makes no stream's role where one is given, as a failover does", async () => {
    const { made } = await run({ roleArn: "arn:aws:iam::123456789012:role/pilot" }, dryRun);
    expect(made.filter(({ name }) => ["archive-role", "archive-access"].includes(name))).toEqual(
      [],
    );
    expect(only(made, stream).inputs).toMatchObject({
      mskSourceConfiguration: {
        authenticationConfiguration: { roleArn: "arn:aws:iam::123456789012:role/pilot" },
      },
      extendedS3Configuration: { roleArn: "arn:aws:iam::123456789012:role/pilot" },
    });
  });
});

describe("where it writes", () => {
  test("is where the reader looks, and failures are where it does not", async () => {
    const { made } = await run();
    const { prefix, errorOutputPrefix } = only(made, stream).inputs["extendedS3Configuration"] as {
      prefix: string;
      errorOutputPrefix: string;
    };
    // As Firehose evaluates it.
    const at = (text: string): string =>
      text
        .replace("!{timestamp:yyyy/MM/dd/HH}", "2026/11/25/22")
        .replace("!{firehose:error-output-type}", "processing-failed");
    const name = "acme-prod-g1-archive-events-1-2026-11-25-22-19-46-1f0c2d3e.json.gz";
    expect(parseFirehoseKey(at(prefix) + name)).toEqual({
      line: "main",
      epoch: 7,
      clusterId: "C",
      topicId: "T",
      topic: "events",
      extension: "json.gz",
    });
    expect(at(errorOutputPrefix)).toBe("failed/e7/C/T/events/processing-failed/2026/11/25/22/");
    expect(parseFirehoseKey(at(errorOutputPrefix) + name)).toBeUndefined();
  });

  test("its role writes there alone, calls its Lambda, and never gets at ClickHouse's group", async () => {
    const { made } = await run();
    const access = JSON.parse(
      String(only(made, "aws:iam/rolePolicy:RolePolicy", "archive-access").inputs["policy"]),
    ) as PolicyDocument;
    const may = (action: string, key: string): boolean =>
      allows(access, action, `${bucketArn}/${key}`);
    for (const own of ["e7/C/T/events/firehose/2026/x", "failed/e7/C/T/events/x"]) {
      expect([may("s3:PutObject", own), may("s3:DeleteObject", own)]).toEqual([true, false]);
    }
    expect(may("s3:PutObject", "e6/C/T/events/firehose/2026/x")).toBe(false);
    expect(may("s3:PutObject", "e7/C/T/events/000000000001/x.gz")).toBe(false);
    expect(allows(access, "lambda:InvokeFunction", `${lambdaArn}:3`)).toBe(true);
    expect(groupAccess(access, kafkaArns(clusterArn).group("clickhouse"))).toEqual([]);
  });
});

describe("refused in a preview", () => {
  test.each([
    [{ readFromTimestamp: "yesterday" }, /no time in UTC.*1970-01-01T00:00:00Z/],
    [{ readFromTimestamp: "2026-13-25T00:00:00Z" }, /no time in UTC/],
    [{ readFromTimestamp: "" }, /no time in UTC/],
    [{ bufferSeconds: 901 }, /bufferSeconds is 901, and Firehose takes 0 to 900/],
    [{ bufferMib: 0.5 }, /bufferMib is 0.5, and Firehose takes 1 to 128/],
  ])("%j", async (changed, error) => {
    await recordAws(
      () => {
        expect(() => new AwsFirehoseArchive("archive", argsOf(changed))).toThrow(error);
      },
      { dryRun: true },
    );
  });
});
