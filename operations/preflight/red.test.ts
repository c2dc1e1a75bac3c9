import { beforeAll, describe, expect, test } from "vitest";
import * as wire from "../../tests/harness/aws/answers.ts";
import type { Answers } from "../../tests/harness/aws/endpoint.ts";
import { buckets } from "../../tests/harness/aws/s3.ts";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import {
  account,
  ask,
  primary,
  record,
  redOf,
  saying,
  standby,
  type StackName,
} from "./fixture.ts";

cleanUpAfterFile();
beforeAll(() => record("prod", "firehose", "dr"), 900_000);

describe("each check is red when its answer is", () => {
  const noQuota = (code: string, value: number): Answers => ({
    "servicequotas GetServiceQuota": wire.serviceQuotas({ [code]: value }),
  });
  const foreignVpcs = wire.ec2(
    "DescribeVpcs",
    `<vpcSet>${wire.items(Array.from({ length: 5 }, (_, n) => `<vpcId>vpc-${n}</vpcId>${wire.tags({})}`))}</vpcSet>`,
  );
  const cases: [
    name: string,
    stack: StackName,
    region: string,
    answers: Answers,
    said: RegExp,
    todo: RegExp,
  ][] = [
    [
      "another account's credentials",
      "prod",
      primary,
      { "sts GetCallerIdentity": wire.callerIdentity("999900001111") },
      /credentials: account 999900001111, and recover:account is 111122223333/,
      /AWS_PROFILE.*Nothing else was asked in eu-central-1/,
    ],
    [
      "a region that is not enabled",
      "prod",
      primary,
      { "ec2 DescribeRegions": wire.regions({ [primary]: "opted-in", [standby]: "not-opted-in" }) },
      /region eu-west-1: not-opted-in/,
      /aws account enable-region --region-name eu-west-1/,
    ],
    [
      "a region that refuses every token",
      "prod",
      standby,
      {
        "sts GetCallerIdentity": wire.queryError(
          "InvalidClientTokenId",
          "The security token is invalid",
        ),
      },
      /eu-west-1 credentials: refused \(InvalidClientTokenId\)/,
      /enable-region --region-name eu-west-1/,
    ],
    [
      "a zone that the account does not have",
      "prod",
      primary,
      { "ec2 DescribeAvailabilityZones": wire.zones(primary, ["a", "b", "d"]) },
      /zones: eu-central-1c not available/,
      /eu-central-1a, eu-central-1b, eu-central-1d into recover:zones/,
    ],
    [
      "a class that RDS does not offer",
      "prod",
      primary,
      { "rds DescribeOrderableDBInstanceOptions": wire.orderable([], []) },
      /db\.r6g\.large, PostgreSQL 17: this class is not offered/,
      /recover:postgres\.instanceClass/,
    ],
    [
      "a major version that RDS does not offer",
      "dr",
      standby,
      {
        "rds DescribeOrderableDBInstanceOptions": wire.orderable(
          ["16.9"],
          [`${standby}a`, `${standby}b`],
        ),
      },
      /offered for 16\.9/,
      /recover:postgres\.majorVersion/,
    ],
    [
      "a class that has no second zone",
      "prod",
      primary,
      { "rds DescribeOrderableDBInstanceOptions": wire.orderable(["17.6"], [`${primary}a`]) },
      /only in eu-central-1a, and 2 of the stack's zones are needed/,
      /recover:postgres\.instanceClass/,
    ],
    [
      "a pair of regions that RDS copies no backups between",
      "prod",
      standby,
      { "rds DescribeSourceRegions": wire.sourceRegions({ [primary]: false }) },
      /eu-west-1 RDS backups from eu-central-1: cannot be replicated/,
      /recover:standbyRegion/,
    ],
    [
      "a version of Kafka that MSK took away",
      "prod",
      primary,
      {
        "kafka GET /v1/kafka-versions": wire.json({
          kafkaVersions: [
            { version: "3.8.x.kraft", status: "DEPRECATED" },
            { version: "4.0.x.kraft", status: "ACTIVE" },
          ],
        }),
      },
      /Kafka 3\.8\.x\.kraft: DEPRECATED/,
      /MSK offers 4\.0\.x\.kraft/,
    ],
    [
      "brokers that a zone has no machines for",
      "prod",
      primary,
      {
        "ec2 DescribeInstanceTypeOfferings": wire.typeOfferings((type) =>
          type === "m7g.large"
            ? [`${primary}a`, `${primary}b`]
            : [`${primary}a`, `${primary}b`, `${primary}c`],
        ),
      },
      /brokers kafka\.m7g\.large: not in eu-central-1c/,
      /recover:kafka\.instanceType/,
    ],
    [
      "nodes that a zone has no machines for",
      "prod",
      primary,
      {
        "ec2 DescribeInstanceTypeOfferings": wire.typeOfferings((type) =>
          type === "m7g.large" ? [`${primary}a`, `${primary}b`, `${primary}c`] : [`${primary}b`],
        ),
      },
      /nodes m7i\.xlarge, m6i\.xlarge, m6a\.xlarge: not in eu-central-1a and eu-central-1c/,
      /recover:cluster\.create\.instanceTypes/,
    ],
    [
      "a version of Kubernetes that EKS took away",
      "prod",
      primary,
      { "eks GET /cluster-versions": wire.clusterVersions({ "1.35": "UNSUPPORTED" }) },
      /Kubernetes 1\.35: unsupported/,
      /components\/eks\/versions\.ts/,
    ],
    [
      "an add-on of another version",
      "prod",
      primary,
      {
        "eks GET /addons/supported-versions": wire.addonVersions({
          "vpc-cni": "v1.99.0-eksbuild.1",
        }),
      },
      /add-on vpc-cni v1\.21\.1-eksbuild\.7: offered: v1\.99\.0-eksbuild\.1/,
      /components\/eks\/versions\.ts/,
    ],
    [
      "a quota of VPCs that others have used up",
      "prod",
      primary,
      { ...noQuota("L-F678F1CE", 5), "ec2 DescribeVpcs": foreignVpcs },
      /quota: VPCs: 5; taken by others 5, needed 1/,
      /--service-code vpc --quota-code L-F678F1CE --desired-value 6/,
    ],
    [
      "a quota of NAT gateways",
      "prod",
      primary,
      noQuota("L-FE5A380F", 0),
      /NAT gateways a zone: 0; .* needed 1/,
      /L-FE5A380F/,
    ],
    [
      "a quota of addresses",
      "prod",
      primary,
      noQuota("L-0263D0A3", 2),
      /Elastic IP addresses: 2; .* needed 3/,
      /L-0263D0A3/,
    ],
    [
      "a quota of internet gateways",
      "prod",
      primary,
      noQuota("L-A4707A72", 0),
      /internet gateways: 0/,
      /L-A4707A72/,
    ],
    [
      "a new account's quota of vCPUs",
      "prod",
      primary,
      noQuota("L-1216C47A", 5),
      /vCPUs of standard on-demand instances: 5; .* needed 24/,
      /L-1216C47A --desired-value 24/,
    ],
    [
      "a quota of EKS clusters",
      "prod",
      primary,
      noQuota("L-1194D53C", 0),
      /EKS clusters: 0/,
      /L-1194D53C/,
    ],
    [
      "a quota of RDS instances",
      "prod",
      primary,
      noQuota("L-7B6409FD", 0),
      /RDS instances: 0/,
      /L-7B6409FD/,
    ],
    [
      "a quota of RDS storage",
      "dr",
      standby,
      noQuota("L-7ADDB58A", 50),
      /GiB of RDS storage: 50; .* needed 100/,
      /L-7ADDB58A/,
    ],
    [
      "a quota of MSK brokers",
      "prod",
      primary,
      noQuota("L-EDD31C36", 2),
      /MSK brokers: 2; .* needed 3/,
      /L-EDD31C36/,
    ],
    [
      "a quota of Firehose streams",
      "firehose",
      primary,
      noQuota("L-14BB0BE7", 0),
      /Firehose streams: 0/,
      /L-14BB0BE7/,
    ],
    [
      "a standby's region that holds 20 copies already",
      "prod",
      standby,
      {
        "rds DescribeDBInstanceAutomatedBackups": wire.automatedBackups(
          Array.from({ length: 20 }, (_, n) => ({
            arn: `arn:aws:rds:${standby}:${account}:auto-backup:other-${n}`,
            instanceArn: `arn:aws:rds:${primary}:${account}:db:other-${n}`,
            status: "replicating",
          })),
        ),
      },
      /replicated RDS backups: 20; taken by others 20, needed 1/,
      /No increase exists/,
    ],
    [
      "a bucket's name that somebody else has",
      "prod",
      standby,
      {
        "s3 *": buckets({
          [`acme-recover-7f3a-${standby}-archive`]: { account: "999900001111" },
        }),
      },
      /bucket acme-recover-7f3a-eu-west-1-archive: taken, or closed to you/,
      /recover:vaultName/,
    ],
    [
      "a secret that does not exist",
      "prod",
      primary,
      {
        "secretsmanager DescribeSecret": {
          ...wire.json({ __type: "ResourceNotFoundException", message: "can't find it" }, 400),
          headers: { "content-type": "application/x-amz-json-1.1" },
        },
      },
      /secret of Docker Hub's login: no arn:aws:secretsmanager:eu-central-1/,
      /create-secret --region eu-central-1/,
    ],
    [
      "a secret on its way out",
      "prod",
      primary,
      { "secretsmanager DescribeSecret": wire.json({ Name: "hub", DeletedDate: 1_790_000_000 }) },
      /secret of Docker Hub's login: is deleted on 2026-/,
      /restore-secret/,
    ],
    [
      "a question that may not be asked",
      "prod",
      primary,
      { "ec2 DescribeVpcs": wire.ec2Error("UnauthorizedOperation", "You are not authorized") },
      /quota: VPCs: not known: UnauthorizedOperation/,
      /Allow ec2:DescribeVpcs, .*servicequotas:GetServiceQuota.* in eu-central-1/,
    ],
  ];

  test.each(cases)("%s", async (_, stack, region, answers, said, todo) => {
    const result = await ask(stack, { [region]: answers });
    const found = redOf(result).filter(({ region: of, what, found: text }) =>
      said.test(`${of} ${what}: ${text}`),
    );
    expect(saying(result).join("\n")).toMatch(said);
    expect(found[0]?.todo).toMatch(todo);
    expect(result.red).toBeGreaterThan(0);
  });

  test("every quota of the list is one of them", async () => {
    const { quotas } = await import("./quota-list.ts");
    const tested = JSON.stringify(cases.map(([, , , , , todo]) => String(todo)));
    expect(quotas.filter(({ code }) => !tested.includes(code)).map(({ what }) => what)).toEqual([]);
  });

  test("with another account's credentials nothing else is asked there", async () => {
    const other = { "sts GetCallerIdentity": wire.callerIdentity("999900001111") };
    const { calls } = await ask("prod", { [primary]: other, [standby]: other });
    expect(new Set(calls.map(({ operation }) => operation))).toEqual(
      new Set(["GetCallerIdentity"]),
    );
  });
});
