import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { only, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import { at, base, outputs, runnerOf, strays } from "../../tests/components/kubernetes.ts";
import type { KafkaConnection } from "../../scripts/connection.ts";
import type { WriterAccess } from "../vault/local.ts";
import { AwsProtection, type AwsProtectionArgs } from "./aws.ts";

const cronType = "kubernetes:batch/v1:CronJob";
const secretType = "kubernetes:core/v1:Secret";
const jobType = "kubernetes:batch/v1:Job";
const daemonType = "kubernetes:apps/v1:Deployment";

const s3 = (login: string) => ({
  endpoint: "https://s3.eu-central-1.amazonaws.com",
  region: "eu-central-1",
  accessKeyId: login,
  secretAccessKey: `canary-${login}`,
});
const access = (login: string): WriterAccess => {
  const side = pulumi.secret({ ...s3(login), backups: "acme-backups", archive: "acme-archive" });
  return {
    near: side,
    control: pulumi.secret({ ...s3(login), bucket: "acme-control" }),
  };
};

const kafka: KafkaConnection = {
  bootstrap: "b:9096",
  tlsBootstrap: "b:9094",
  ca: "",
  clusterId: "c",
  topic: "events",
  partitions: 4,
  replicationFactor: 3,
  group: "clickhouse",
  formerConsumers: [],
};

async function record(change: Partial<AwsProtectionArgs> = {}, dryRun = false) {
  let shown: AwsProtection | undefined;
  const made = await recordAws(
    () => {
      const { provider } = regionOf();
      const topic = (name: string) => new aws.sns.Topic(name, {}, { provider });
      const reader = access("recovery");
      shown = new AwsProtection("protection", {
        runner: runnerOf(),
        base,
        writers: { backup: access("backup-e7"), lease: access("lease-e7") },
        recovery: { near: reader.near, control: reader.control },
        kafka,
        clickhouse: {
          url: "http://clickhouse:8123",
          username: "admin",
          password: "canary-clickhouse",
          database: "posthog",
          backupDisk: "vault",
        },
        signing: { keyId: "k", privateKey: "canary-signing" },
        trust: { k: "public" },
        archiver: topic("archiver"),
        lease: { ttl: 60, renew: 10 },
        fullBackups: { cron: "0 3 * * 0" },
        incrementalBackups: { cron: "0 * * * *" },
        audit: { cron: "30 4 * * *" },
        ingestAfter: [topic("attach")],
        ...change,
      });
    },
    { outputs: dryRun ? {} : outputs, dryRun },
  );
  return { made, shown };
}

const input = (made: readonly Made[], name: string) =>
  JSON.parse(
    (at(only(made, secretType, name), "stringData") as Record<string, string>)["input.json"] ?? "",
  ) as { connection: Record<string, unknown>; params: unknown };

const containerOf = "spec.jobTemplate.spec.template.spec.containers.0";

describe("protection on AWS", () => {
  let made: Made[];
  beforeAll(async () => {
    ({ made } = await record());
  });

  test.each([
    ["full", "0 3 * * 0"],
    ["incremental", "0 * * * *"],
  ])("takes %s backups, one at a time, with the epoch's backup login", (kind, cron) => {
    const job = only(made, cronType, `protection-${kind}-cron`);
    expect(at(job, "spec.schedule")).toBe(cron);
    expect(at(job, "spec.concurrencyPolicy")).toBe("Forbid");
    expect(at(job, `${containerOf}.args`)).toEqual(["backup"]);
    const { connection, params } = input(made, `protection-${kind}-input`);
    expect(params).toEqual({ kind });
    expect(connection).toMatchObject({
      epoch: 7,
      vault: { accessKeyId: "backup-e7" },
      control: { accessKeyId: "backup-e7" },
      signing: { privateKey: "canary-signing" },
      trust: { k: "public" },
    });
  });

  test("has a first backup before it is up", () => {
    const job = only(made, jobType);
    expect(at(job, "metadata.name")).toMatch(/^protection-first-backup-e7-[0-9a-f]{12}$/);
    expect(at(job, "spec.template.spec.containers.0.args")).toEqual(["backup"]);
    expect(at(job, "spec.activeDeadlineSeconds")).toBe(43_200);
    expect(input(made, "protection-first-backup-input").params).toEqual({ kind: "full" });
  });

  test("keeps the lease in one pod, which signs nothing and writes no backup", () => {
    const keeper = only(made, daemonType, "protection-lease-keeper-deployment");
    expect(at(keeper, "spec.replicas")).toBe(1);
    expect(at(keeper, "spec.strategy.type")).toBe("Recreate");
    const { connection, params } = input(made, "protection-lease-keeper-input");
    expect(params).toEqual({ ttlSeconds: 60, renewSeconds: 10 });
    expect(connection).toMatchObject({ control: { accessKeyId: "lease-e7" } });
    expect(connection).not.toHaveProperty("vault");
    expect(connection).not.toHaveProperty("signing");
  });

  test("starts ingest again where it is wanted, as the epoch's own", () => {
    const daemon = only(made, daemonType, "protection-ingest-keeper-deployment");
    expect(at(daemon, "spec.template.spec.containers.0.args")).toEqual(["keep-ingest"]);
    const { connection } = input(made, "protection-ingest-keeper-input");
    expect(connection).toMatchObject({
      epoch: 7,
      control: { accessKeyId: "backup-e7" },
      vault: { accessKeyId: "backup-e7" },
      clickhouse: { password: "canary-clickhouse" },
    });
    expect(connection).not.toHaveProperty("signing");
  });

  test("publishes what alarms are raised by, and can neither sign nor consume with ClickHouse", async () => {
    const daemon = only(made, daemonType, "protection-metrics-deployment");
    expect(at(daemon, "spec.template.spec.containers.0.args")).toEqual(["publish-metrics"]);
    const { connection, params } = input(made, "protection-metrics-input");
    expect(params).toEqual({});
    expect(connection).toMatchObject({ vault: { accessKeyId: "recovery" } });
    expect(connection).not.toHaveProperty("signing");
    expect(connection).not.toHaveProperty("clickhouse");
    const rules = [{ source: "near", destination: "far", ruleId: "backups-to-eu-west-1" }];
    const metrics = {
      region: "eu-west-1",
      flushSeconds: 60,
      replication: { region: "eu-central-1", rules },
    };
    const { made: elsewhere } = await record({ metrics });
    expect(input(elsewhere, "protection-metrics-input").params).toEqual(metrics);
  });

  test("audits the archive with a login that reads all of it, and cannot sign", () => {
    const job = only(made, cronType, "protection-audit-cron");
    expect(at(job, `${containerOf}.args`)).toEqual(["prove"]);
    const { connection } = input(made, "protection-audit-input");
    expect(connection).toMatchObject({ vault: { accessKeyId: "recovery" } });
    expect(connection).not.toHaveProperty("signing");
  });

  test("lets its pods reach the engines that their commands need", () => {
    const labels = (each: Made, path: string) => at(each, `${path}.metadata.labels`);
    const both = { "recover/reaches-clickhouse": "true", "recover/reaches-zookeeper": "true" };
    for (const kind of ["full", "incremental"]) {
      const cron = only(made, cronType, `protection-${kind}-cron`);
      expect(labels(cron, "spec.jobTemplate.spec.template")).toMatchObject(both);
    }
    for (const daemon of ["lease-keeper", "ingest-keeper"]) {
      const pod = labels(
        only(made, daemonType, `protection-${daemon}-deployment`),
        "spec.template",
      );
      expect(pod).toMatchObject({ "recover/reaches-clickhouse": "true" });
      expect(pod).not.toHaveProperty("recover/reaches-zookeeper");
    }
    const metrics = labels(
      only(made, daemonType, "protection-metrics-deployment"),
      "spec.template",
    );
    expect(
      Object.keys(metrics as object).filter((key) => key.startsWith("recover/reaches")),
    ).toEqual([]);
  });

  test("begins once ClickHouse consumes", () => {
    for (const name of [
      "protection-lease-keeper",
      "protection-ingest-keeper",
      "protection-metrics",
      "protection-first-backup",
      "protection-full",
      "protection-incremental",
      "protection-audit",
    ]) {
      const found = made.find((each) => each.name === name);
      expect(found, name).toMatchObject({ parent: "protection", dependsOn: ["attach"] });
    }
  });

  test("has its secrets in Secrets alone, and all its pods in the named cluster", () => {
    expect(strays(made)).toEqual([]);
    // Inputs of steps on this machine are secrets of the state.
    const shown = made.filter(
      (each) => each.type !== secretType && each.type !== "recover:index:Step",
    );
    expect(JSON.stringify(shown)).not.toContain("canary-");
  });

  test("has the fields of the local one", async () => {
    const { shown } = await record();
    expect(Object.keys(shown ?? {})).toEqual(
      expect.arrayContaining(["archiver", "keeper", "schedule", "backupConnection"]),
    );
    expect((shown?.archiver as unknown as { __name: string }).__name).toBe("archiver");
  });

  test("is planned in a preview", async () => {
    const { made: planned } = await record({}, true);
    expect(planned.map((each) => each.name).sort()).toEqual(made.map((each) => each.name).sort());
    expect(strays(planned)).toEqual([]);
  });

  test("is off for a reason alone: not even a first backup is then made", async () => {
    const off = { off: "a test" };
    const { made: less } = await record({
      fullBackups: off,
      incrementalBackups: off,
      audit: off,
    });
    expect(less.filter((each) => each.type === cronType || each.type === jobType)).toEqual([]);
  });

  test("gives a command the account that has its role", async () => {
    const { made: given } = await record({
      serviceAccounts: { backup: "recover-backup", prove: "recover-reader" },
    });
    const account = (name: string) =>
      at(only(given, cronType, name), "spec.jobTemplate.spec.template.spec.serviceAccountName");
    expect(account("protection-full-cron")).toBe("recover-backup");
    expect(account("protection-audit-cron")).toBe("recover-reader");
    expect(at(only(given, jobType), "spec.template.spec.serviceAccountName")).toBe(
      "recover-backup",
    );
  });
});
