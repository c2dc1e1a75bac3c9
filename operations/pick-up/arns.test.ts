import { expect, test } from "vitest";
import { json } from "../../tests/harness/aws/answers.ts";
import { fakeRegion, type Answers } from "../../tests/harness/aws/endpoint.ts";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { findArns } from "./arns.ts";
import type { Unfinished } from "./pending.ts";

cleanUpAfterFile();

const region = "eu-central-1";
const credentials = { accessKeyId: "AKIAOFATEST", secretAccessKey: "secret-of-a-test" };

/** Another one that only begins so is there as well. */
const two = (list: string, name: string, arn: string) =>
  json({
    [list]: [
      { [name]: "acme-2", [arn]: "arn:of:another" },
      { [name]: "acme", [arn]: "arn:of:it" },
    ],
  });

const answers: Answers = {
  "kafka GET /api/v2/clusters": two("clusterInfoList", "clusterName", "clusterArn"),
  "kafka GET /v1/configurations": two("configurations", "name", "arn"),
  "kafkaconnect GET /v1/connectors": two("connectors", "connectorName", "connectorArn"),
  "kafkaconnect GET /v1/custom-plugins": two("customPlugins", "name", "customPluginArn"),
  "kafkaconnect GET /v1/worker-configurations": two(
    "workerConfigurations",
    "name",
    "workerConfigurationArn",
  ),
  "secretsmanager DescribeSecret": json({ ARN: "arn:of:it", Name: "acme" }),
  "firehose DescribeDeliveryStream": json({
    DeliveryStreamDescription: { DeliveryStreamARN: "arn:of:it" },
  }),
};

async function found(type: string, input: string, known: Answers = answers) {
  const { endpoint, calls } = await fakeRegion(region, known);
  const unfinished: Unfinished = {
    urn: "urn",
    type,
    parent: undefined,
    provider: "provider",
    region,
    inputs: { [input]: "acme" },
    id: undefined,
  };
  const arn = await findArns({ endpoint: () => endpoint, credentials })(unfinished);
  return { arn, asked: calls.length };
}

const types = [
  ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "name"],
  ["aws:msk/cluster:Cluster", "clusterName"],
  ["aws:msk/configuration:Configuration", "name"],
  ["aws:mskconnect/connector:Connector", "name"],
  ["aws:mskconnect/customPlugin:CustomPlugin", "name"],
  ["aws:mskconnect/workerConfiguration:WorkerConfiguration", "name"],
  ["aws:secretsmanager/secret:Secret", "name"],
] as const;

test.each(types)("the ARN of %s is that of its name", async (type, input) => {
  expect(await found(type, input)).toEqual({ arn: "arn:of:it", asked: 1 });
});

test("what is not there has none", async () => {
  const none = json({ __type: "ResourceNotFoundException", message: "none" }, 400);
  const type = "aws:secretsmanager/secret:Secret";
  expect(await found(type, "name", { "secretsmanager DescribeSecret": none })).toEqual({
    arn: undefined,
    asked: 1,
  });
  const empty = json({ configurations: [] });
  expect(
    await found("aws:msk/configuration:Configuration", "name", {
      "kafka GET /v1/configurations": empty,
    }),
  ).toMatchObject({ arn: undefined });
});

test("a service that refuses is no service that has none", async () => {
  const refused = json({ __type: "AccessDeniedException", message: "not you" }, 400);
  await expect(
    found("aws:secretsmanager/secret:Secret", "name", { "secretsmanager DescribeSecret": refused }),
  ).rejects.toThrow(/not you/);
});

test("what AWS gives an id of its own is not asked for", async () => {
  expect(await found("aws:ec2/vpc:Vpc", "name")).toEqual({ arn: undefined, asked: 0 });
});
