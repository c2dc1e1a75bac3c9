import { beforeAll, describe, expect, test } from "vitest";
import * as pulumi from "@pulumi/pulumi";
import { only, recordAws, regionOf, type Made } from "../../tests/components/aws-mocks.ts";
import {
  at,
  canary,
  connection,
  outputs,
  runnerOf,
  strays,
} from "../../tests/components/kubernetes.ts";
import { KubernetesByHand } from "./by-hand.ts";
import { storeBundle } from "./bundle.ts";
import { KubernetesCronJob } from "./cron.ts";
import { KubernetesDaemon } from "./daemon.ts";

const secretType = "kubernetes:core/v1:Secret";

describe("commands for an operator", () => {
  let made: Made[];
  beforeAll(async () => {
    made = await recordAws(
      () =>
        new KubernetesByHand("by-hand", {
          runner: runnerOf(),
          connection: connection(),
          commands: {
            status: { command: "status", serviceAccount: "recover-recovery" },
            prove: { command: "prove", params: { deep: true }, serviceAccount: "recover-recovery" },
            attach: { command: "attach", serviceAccount: "recover-attach" },
          },
        }),
      { outputs },
    );
  });

  test("are never due, and have the name, role and engines of their own", () => {
    const crons = made.filter(({ type }) => type === "kubernetes:batch/v1:CronJob");
    expect(crons.map((each) => at(each, "metadata.name"))).toEqual([
      "by-hand-status",
      "by-hand-prove",
      "by-hand-attach",
    ]);
    const pod = "spec.jobTemplate.spec.template";
    for (const cron of crons) {
      expect(at(cron, "spec.suspend")).toBe(true);
      expect(at(cron, `${pod}.metadata.labels`)).toMatchObject({
        "recover/reaches-clickhouse": "true",
      });
    }
    expect(crons.map((each) => at(each, `${pod}.spec.serviceAccountName`))).toEqual([
      "recover-recovery",
      "recover-recovery",
      "recover-attach",
    ]);
  });

  test("get the connection by Secrets alone", () => {
    const secrets = made.filter(({ type }) => type === secretType);
    expect(secrets).toHaveLength(3);
    for (const each of secrets) expect(JSON.stringify(each)).toContain(canary);
    expect(JSON.stringify(made.filter(({ type }) => type !== secretType))).not.toContain(canary);
  });
});

describe.each([true, false])("a CronJob (dry run %s)", (dryRun) => {
  let made: Made[];
  let cron: Made;
  beforeAll(async () => {
    made = await recordAws(
      () =>
        new KubernetesCronJob("backup-full", {
          runner: runnerOf(),
          command: "backup",
          connection: connection(),
          params: { kind: "full" },
          cron: "0 3 * * *",
          reaches: ["clickhouse", "zookeeper"],
        }),
      { outputs, dryRun },
    );
    cron = only(made, "kubernetes:batch/v1:CronJob");
  });

  test("never runs twice at once, at the time of UTC", () => {
    expect(at(cron, "spec.concurrencyPolicy")).toBe("Forbid");
    expect(at(cron, "spec.schedule")).toBe("0 3 * * *");
    expect(at(cron, "spec.timeZone")).toBe("Etc/UTC");
    expect(at(cron, "spec.startingDeadlineSeconds")).toBe(1800);
    expect(at(cron, "spec.jobTemplate.spec.activeDeadlineSeconds")).toBe(43_200);
    expect(at(cron, "spec.jobTemplate.spec.backoffLimit")).toBe(1);
  });

  test("is not suspended", () => {
    expect(at(cron, "spec.suspend")).toBe(false);
  });

  test("runs its command with its own connection, and stores what it says", () => {
    const secret = only(made, secretType);
    const data = at(secret, "stringData") as Record<string, string>;
    expect(JSON.parse(data["input.json"] ?? "")).toMatchObject({
      connection: { clickhouse: { password: canary } },
      params: { kind: "full" },
    });
    expect(JSON.parse(data["runner.json"] ?? "")).toMatchObject({ results: "main/runs/" });
    expect(JSON.stringify(made.filter((each) => each !== secret))).not.toContain(canary);
    const pod = "spec.jobTemplate.spec.template";
    expect(at(cron, `${pod}.spec.containers.0.args`)).toEqual(["backup"]);
    expect(at(cron, `${pod}.spec.volumes.0.secret.secretName`)).toBe(at(secret, "metadata.name"));
    expect(at(cron, `${pod}.metadata.labels`)).toMatchObject({
      "recover/reaches-clickhouse": "true",
      "recover/reaches-zookeeper": "true",
    });
    expect(at(cron, `${pod}.spec.restartPolicy`)).toBe("Never");
  });

  test("has an account and a Secret of its own, all in the named cluster", () => {
    const mine = made.filter((each) => each.parent === "backup-full").map((each) => each.name);
    expect(mine.sort()).toEqual(["backup-full-account", "backup-full-cron", "backup-full-input"]);
    expect(strays(made)).toEqual([]);
  });
});

describe.each([true, false])("a daemon (dry run %s)", (dryRun) => {
  const record = (params: Record<string, unknown>) =>
    recordAws(
      () =>
        new KubernetesDaemon("lease-keeper", {
          runner: runnerOf(),
          command: "keep-lease",
          connection: connection(),
          params,
          reaches: ["clickhouse"],
        }),
      { outputs, dryRun },
    );
  const type = "kubernetes:apps/v1:Deployment";
  let made: Made[];
  let deployment: Made;
  beforeAll(async () => {
    made = await record({ ttlSeconds: 15 });
    deployment = only(made, type);
  });

  test("is one pod, and never two while it is changed", () => {
    expect(at(deployment, "spec.replicas")).toBe(1);
    expect(at(deployment, "spec.strategy")).toEqual({ type: "Recreate" });
    expect(at(deployment, "spec.template.spec.restartPolicy")).toBe("Always");
    expect(at(deployment, "spec.template.metadata.labels")).toMatchObject(
      at(deployment, "spec.selector.matchLabels") as object,
    );
  });

  test("counts as ready once it does its work", () => {
    const pod = "spec.template.spec.containers.0";
    expect(at(deployment, `${pod}.readinessProbe.exec.command`)).toEqual([
      "node",
      "--eval",
      'require("node:fs").statSync("/scratch/ready")',
    ]);
    expect(at(deployment, `${pod}.env`)).toContainEqual({
      name: "RECOVER_READY_FILE",
      value: "/scratch/ready",
    });
    const data = at(only(made, secretType), "stringData") as Record<string, string>;
    expect(JSON.parse(data["runner.json"] ?? "")).not.toHaveProperty("results");
  });

  test("is started again when its input changes, and only then", async () => {
    const hash = (of: readonly Made[]) =>
      at(only(of, type), "spec.template.metadata.annotations.recover/input");
    expect(hash(made)).toMatch(/^[0-9a-f]{12}$/);
    expect(hash(await record({ ttlSeconds: 15 }))).toBe(hash(made));
    expect(hash(await record({ ttlSeconds: 30 }))).not.toBe(hash(made));
  });

  test("has an account and a Secret of its own, all in the named cluster", () => {
    const mine = made.filter((each) => each.parent === "lease-keeper").map((each) => each.name);
    expect(mine.sort()).toEqual([
      "lease-keeper-account",
      "lease-keeper-deployment",
      "lease-keeper-input",
    ]);
    expect(strays(made)).toEqual([]);
    expect(JSON.stringify(made.filter((each) => each.type !== secretType))).not.toContain(canary);
  });
});

test("the bundle lies in the control bucket under its checksum, and stays", async () => {
  const made = await recordAws(() => {
    const stored = storeBundle("scripts", {
      region: regionOf("eu-west-1"),
      bucket: "acme-control",
      bundle: { version: "0.1.0", sha256: "c".repeat(64), file: "/tmp/bundle.tar.gz" },
    });
    return pulumi.output(stored.key).apply((key) => {
      expect(key).toBe(`bundles/0.1.0/${"c".repeat(64)}.tar.gz`);
    });
  });
  const object = only(made, "aws:s3/bucketObjectv2:BucketObjectv2");
  expect(object).toMatchObject({ provider: "aws-eu-west-1", retainOnDelete: true });
  expect(object.inputs).toMatchObject({ bucket: "acme-control", sourceHash: "c".repeat(64) });
});
