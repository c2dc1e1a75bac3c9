import { beforeAll, describe, expect, test } from "vitest";
import * as wire from "../../tests/harness/aws/answers.ts";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { openStack } from "../stack/open.ts";
import { ask, primary, record, saying, standby } from "./fixture.ts";

cleanUpAfterFile();
beforeAll(() => record("prod", "dr", "reprotected"), 900_000);

describe("an empty account that has everything", () => {
  test("is clean, in both regions", async () => {
    const result = await ask("prod");
    expect(saying(result)).toEqual([]);
    const whats = result.rows.map(({ region, what }) => `${region} ${what}`).join("\n");
    for (const each of [
      "eu-central-1 credentials",
      "eu-west-1 credentials",
      "eu-central-1 zones",
      "eu-central-1 db.r6g.large, PostgreSQL 17",
      "eu-west-1 RDS backups from eu-central-1",
      "eu-central-1 Kafka 3.8.x.kraft",
      "eu-central-1 brokers kafka.m7g.large",
      "eu-central-1 Kubernetes 1.35",
      "eu-central-1 add-on vpc-cni v1.21.1-eksbuild.7",
      "eu-central-1 nodes m7i.xlarge, m6i.xlarge, m6a.xlarge",
      "eu-central-1 11 VPC endpoints",
      "eu-central-1 quota: VPCs",
      "eu-central-1 quota: vCPUs of standard on-demand instances",
      "eu-west-1 limit: replicated RDS backups",
      "eu-west-1 bucket acme-recover-7f3a-eu-west-1-control",
      "eu-central-1 secret of Docker Hub's login",
    ]) {
      expect(whats).toContain(each);
    }
  });

  test("is asked in the region that each question is about, and signed for it", async () => {
    const { calls } = await ask("prod");
    expect(calls.length).toBeGreaterThan(30);
    expect(calls.filter(({ region, signedFor }) => signedFor.region !== region)).toEqual([]);
    // Read-only, by the names of the operations.
    const changing = calls.filter(
      ({ operation }) => !/^(Describe|List|Get|HEAD |GET )/.test(operation),
    );
    expect(changing).toEqual([]);
  });

  test("a standby asks its own region alone", async () => {
    const { calls } = await ask("dr");
    expect(new Set(calls.map(({ region }) => region))).toEqual(new Set([standby]));
    expect(calls.filter(({ signedFor }) => signedFor.region !== standby)).toEqual([]);
  });
});

describe("a standby that took over and is to be copied", () => {
  test("asks the other region for the copy alone", async () => {
    const { rows, regions } = await ask("reprotected");
    expect(regions).toEqual([standby, primary]);
    const there = rows.filter(({ region }) => region === primary).map(({ what }) => what);
    expect(there).toEqual(
      expect.arrayContaining([
        `RDS backups from ${standby}`,
        "bucket acme-recover-7f3a-2-eu-central-1-backups",
        "bucket acme-recover-7f3a-2-eu-central-1-control",
      ]),
    );
    // What it recovered from lies in its own.
    const restored = rows.filter(({ what }) => /vault|ledger|backup of PostgreSQL/.test(what));
    expect(restored.length).toBeGreaterThan(0);
    expect(new Set(restored.map(({ region }) => region))).not.toContain(primary);
    expect(there.filter((what) => /zones|Kafka|db\./.test(what))).toEqual([]);
  });
});

describe("what is the stack's own is not asked for twice", () => {
  test("its VPC and its brokers do not count as others'", async () => {
    const tags = wire.tags({ "recover:install": "acme", "recover:stack": "prod" });
    const result = await ask("prod", {
      [primary]: {
        "servicequotas GetServiceQuota": wire.serviceQuotas({ "L-F678F1CE": 1, "L-EDD31C36": 3 }),
        "ec2 DescribeVpcs": wire.ec2(
          "DescribeVpcs",
          `<vpcSet>${wire.items([`<vpcId>vpc-1</vpcId>${tags}`])}</vpcSet>`,
        ),
        "kafka GET /api/v2/clusters": wire.json({
          clusterInfoList: [
            { clusterName: "acme-prod-g1-kafka", provisioned: { numberOfBrokerNodes: 3 } },
          ],
        }),
      },
    });
    expect(saying(result)).toEqual([]);
  });
});

describe("files", () => {
  test("what is only an example's is told before AWS is", async () => {
    const shipped = await openStack("prod");
    const { filesOf } = await import("./files.ts");
    const rows = await filesOf(shipped.settings, shipped.plugin);
    expect(rows.map(({ status, what }) => `${status} ${what}`)).toEqual([
      "red connector's file",
      "red operator's definitions",
      "red recover:images (clickhouse, zookeeper, node, operator, operatorMetrics)",
      "red recover:cluster.create.endpoint",
      "red recover:alarms.emails",
      "red recover:account",
    ]);
  }, 300_000);
});
