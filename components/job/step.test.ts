import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { only, recordAws, type Made } from "../../tests/components/aws-mocks.ts";
import {
  at,
  canary,
  clusterOf,
  connection,
  control,
  image,
  outputs,
  runnerOf,
  strays,
} from "../../tests/components/kubernetes.ts";
import { reachOf } from "./factory.ts";
import { KubernetesRunner } from "./runner.ts";
import { KubernetesStep, type KubernetesStepArgs } from "./step.ts";

const jobType = "kubernetes:batch/v1:Job";
const secretType = "kubernetes:core/v1:Secret";
const readerType = "recover:index:Step";

async function record(
  change: Partial<KubernetesStepArgs> = {},
  options: { dryRun?: boolean } = {},
): Promise<{ made: Made[]; results: unknown[] }> {
  const results: unknown[] = [];
  const made = await recordAws(
    () => {
      const step = new KubernetesStep("fence", {
        runner: runnerOf(),
        recoveryId: "region-lost-1",
        command: "fence",
        connection: connection(),
        params: { reason: "a test" },
        triggers: [1],
        reaches: ["clickhouse"],
        ...change,
      });
      step.result.apply((result) => results.push(result));
    },
    // What only the cluster knows is unknown in a preview.
    { outputs: options.dryRun === true ? {} : outputs, ...options },
  );
  return { made, results };
}

const nameOf = async (change: Partial<KubernetesStepArgs>) =>
  at(only((await record(change)).made, jobType), "metadata.name");

describe("a step on Kubernetes", () => {
  let made: Made[];
  let job: Made;
  let results: unknown[];
  beforeAll(async () => {
    ({ made, results } = await record());
    job = only(made, jobType);
  });

  test("is named by step, recovery and inputs, and so is its Secret", async () => {
    expect(at(job, "metadata.name")).toMatch(/^fence-region-lost-1-[0-9a-f]{12}$/);
    const secret = only(made, secretType);
    expect(at(secret, "metadata.name")).toBe(at(job, "metadata.name"));
    expect(at(job, "spec.template.spec.volumes.0.secret.secretName")).toBe(
      at(secret, "metadata.name"),
    );
    expect(await nameOf({})).toBe(at(job, "metadata.name"));
  });

  test.each<[string, Partial<KubernetesStepArgs>]>([
    ["another recovery", { recoveryId: "region-lost-2" }],
    ["other parameters", { params: { reason: "another" } }],
    ["another trigger", { triggers: [2] }],
    ["another environment", { environment: { A: "1" } }],
    ["another connection", { connection: connection().apply((c) => ({ ...c, epoch: 8 })) }],
  ])("runs again for %s", async (_what, change) => {
    expect(await nameOf(change)).not.toBe(at(job, "metadata.name"));
  });

  test("that is done once does not run again for another login, and would run with it if it had failed", async () => {
    const once = await record({ once: true });
    const changed = await record({
      once: true,
      params: { reason: "another" },
      connection: connection().apply((c) => ({ ...c, epoch: 8 })),
    });
    expect(only(changed.made, jobType).inputs).toEqual(only(once.made, jobType).inputs);
    const read = (made: readonly Made[]) =>
      JSON.parse(
        (at(only(made, secretType), "stringData") as Record<string, string>)["input.json"] ?? "",
      ) as unknown;
    expect(read(changed.made)).toMatchObject({
      connection: { epoch: 8 },
      params: { reason: "another" },
    });
    expect(await nameOf({ once: true, recoveryId: "region-lost-2" })).not.toBe(
      at(only(once.made, jobType), "metadata.name"),
    );
    expect(await nameOf({ once: true, triggers: [2] })).not.toBe(
      at(only(once.made, jobType), "metadata.name"),
    );
  });

  test("does not run again for other scripts: what names them is in the Secret alone", async () => {
    const again = await recordAws(
      () =>
        new KubernetesStep("fence", {
          runner: new KubernetesRunner("jobs", {
            cluster: clusterOf(),
            image: image("node"),
            bundle: { key: "bundles/0.2.0/new.tar.gz", sha256: "b".repeat(64) },
            base: {},
            control,
          }),
          recoveryId: "region-lost-1",
          command: "fence",
          connection: connection(),
          params: { reason: "a test" },
          triggers: [1],
          reaches: ["clickhouse"],
        }),
      { outputs },
    );
    expect(only(again, jobType).inputs).toEqual(job.inputs);
    const data = (of: readonly Made[]) => at(only(of, secretType), "stringData");
    expect(data(again)).not.toEqual(data(made));
    // A newer Node is no reason either, nor is how its pods may end.
    expect(job.ignoreChanges).toEqual([
      "spec.template.spec.containers[0].image",
      "spec.backoffLimit",
      "spec.podFailurePolicy",
    ]);
  });

  test("hands the connection over in a Secret, and nowhere else", () => {
    const secret = only(made, secretType);
    const data = at(secret, "stringData") as Record<string, string>;
    expect(JSON.parse(data["input.json"] ?? "")).toMatchObject({
      connection: { epoch: 7, clickhouse: { password: canary } },
      params: { reason: "a test" },
    });
    expect(secret.secrets).toContain("stringData");
    const others = made.filter((each) => each !== secret && each.type !== readerType);
    expect(JSON.stringify(others)).not.toContain(canary);
    expect(JSON.stringify(others)).not.toContain("canary-of-the-operator");
    // The operator's own keys are not handed to pods.
    expect(JSON.parse(data["runner.json"] ?? "")).toEqual({
      control: { endpoint: control.endpoint, region: control.region, bucket: control.bucket },
      bundle: { key: "bundles/0.1.0/abc.tar.gz", sha256: "a".repeat(64) },
      results: "main/steps/region-lost-1/",
    });
  });

  test("shows its own error, is replaced when it failed, and stays to be read", () => {
    expect(at(job, "metadata.annotations")).toEqual({ "pulumi.com/replaceUnready": "true" });
    expect(at(job, "spec.template.spec.containers.0.terminationMessagePolicy")).toBe(
      "FallbackToLogsOnError",
    );
    expect(at(job, "spec")).not.toHaveProperty("ttlSecondsAfterFinished");
    expect(at(job, "spec.activeDeadlineSeconds")).toBe(3600);
  });

  test("fails at once when its pod does, as the provider sees it, and is not tried again after a verdict", () => {
    expect(at(job, "spec.backoffLimit")).toBe(0);
    // Nothing with FailJob: pulumi-kubernetes would wait until the time is over.
    expect(at(job, "spec.podFailurePolicy.rules")).toEqual([
      { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    ]);
    expect(at(job, "spec.template.spec.restartPolicy")).toBe("Never");
    expect(at(job, "spec.template.spec.containers.0.name")).toBe("step");
  });

  test("has an account of its own that may do nothing in the cluster", () => {
    const account = only(made, "kubernetes:core/v1:ServiceAccount");
    expect(account.inputs["automountServiceAccountToken"]).toBe(false);
    expect(at(job, "spec.template.spec.serviceAccountName")).toBe(at(account, "metadata.name"));
    expect(at(job, "spec.template.spec.automountServiceAccountToken")).toBe(false);
  });

  test("uses the account that it is given instead", async () => {
    const { made: given } = await record({ serviceAccount: "recover-fence" });
    expect(given.filter((each) => each.type.endsWith(":ServiceAccount"))).toEqual([]);
    expect(at(only(given, jobType), "spec.template.spec.serviceAccountName")).toBe("recover-fence");
  });

  test("runs as nobody, and writes nothing but its own two folders", () => {
    expect(at(job, "spec.template.spec.securityContext")).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65_532,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(at(job, "spec.template.spec.containers.0.securityContext")).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    const writable = (
      at(job, "spec.template.spec.containers.0.volumeMounts") as {
        mountPath: string;
        readOnly?: boolean;
      }[]
    ).filter((each) => each.readOnly !== true);
    expect(writable.map((each) => each.mountPath)).toEqual(["/scratch", "/tmp"]);
    expect(at(job, "spec.template.spec.containers.0.resources")).toMatchObject({
      limits: { memory: "1Gi" },
    });
  });

  test("runs its command by the bootstrap, and is known by its Job", () => {
    expect(at(job, "spec.template.spec.containers.0.command")).toEqual([
      "node",
      "/bootstrap/main.ts",
    ]);
    expect(at(job, "spec.template.spec.containers.0.args")).toEqual(["fence"]);
    expect(at(job, "spec.template.spec.containers.0.image")).toBe(image("node"));
    expect(at(job, "spec.template.spec.containers.0.env")).toContainEqual({
      name: "RECOVER_JOB_UID",
      valueFrom: {
        fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']" },
      },
    });
    expect(at(job, "spec.template.metadata.labels")).toMatchObject({
      "recover/reaches-clickhouse": "true",
    });
    expect(at(job, "spec.template.metadata.labels")).not.toHaveProperty(
      "recover/reaches-zookeeper",
    );
  });

  test("has the result that this very Job stored", () => {
    const reader = only(made, readerType);
    expect(reader).toMatchObject({
      name: "fence-result",
      parent: "fence",
      dependsOn: ["fence-job"],
    });
    expect(reader.inputs).toMatchObject({
      command: "job-result",
      params: {
        key: `main/steps/region-lost-1/${String(at(job, "metadata.name"))}.json`,
        uid: "uid-of-the-job",
      },
    });
    expect(results).toEqual([{ rows: 7 }]);
  });

  test("has children of its own alone, all in the named cluster", () => {
    const mine = made.filter((each) => each.parent === "fence").map((each) => each.name);
    expect(mine.sort()).toEqual(["fence-account", "fence-input", "fence-job", "fence-result"]);
    expect(strays(made)).toEqual([]);
  });

  test("has a guard that runs here, in previews too, before the Job", async () => {
    const { made: guarded } = await record({ guard: true });
    const guard = only(guarded, readerType, "fence-guard");
    expect(guard.inputs).toMatchObject({
      command: "fence",
      guard: true,
      params: { reason: "a test" },
    });
    expect(only(guarded, jobType).dependsOn).toEqual(["fence-guard"]);
  });

  test("is planned in a preview, its name too when its inputs are known", async () => {
    const { made: planned, results: none } = await record({}, { dryRun: true });
    expect(at(only(planned, jobType), "metadata.name")).toBe(at(job, "metadata.name"));
    expect(planned.map((each) => each.name).sort()).toEqual(made.map((each) => each.name).sort());
    expect(strays(planned)).toEqual([]);
    expect(none).toEqual([]);
  });

  test("may take as long as it is given", async () => {
    const { made: long } = await record({ timeoutMinutes: 240 });
    expect(at(only(long, jobType), "spec.activeDeadlineSeconds")).toBe(14_400);
  });
});

describe("the runner", () => {
  test("has a bootstrap of its sources, without tests", async () => {
    const made = await recordAws(() => runnerOf(), { outputs });
    const map = only(made, "kubernetes:core/v1:ConfigMap");
    expect(Object.keys(map.inputs["data"] as object).sort()).toEqual([
      "main.ts",
      "s3.ts",
      "tar.ts",
    ]);
    expect(strays(made)).toEqual([]);
  });

  test("lets nobody in, and pods out to known ports alone", async () => {
    const policy = only(
      await recordAws(() => runnerOf(), { outputs }),
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    );
    expect(at(policy, "spec.policyTypes")).toEqual(["Ingress", "Egress"]);
    expect(at(policy, "spec")).not.toHaveProperty("ingress");
    expect(at(policy, "spec.podSelector.matchLabels")).toEqual({ "app.kubernetes.io/name": "job" });
    const ports = at(policy, "spec.egress.0.ports") as { port: number }[];
    expect(ports.map((each) => each.port)).toContain(443);
    expect(ports.map((each) => each.port)).not.toContain(22);
  });

  test("refuses an image that is named by a tag", async () => {
    await recordAws(() => {
      const cluster = clusterOf();
      expect(
        () =>
          new KubernetesRunner("jobs", {
            cluster,
            image: "node:22",
            bundle: { key: "k", sha256: "s" },
            base: {},
            control,
          }),
      ).toThrow(/image is "node:22", which names no digest/);
      return pulumi.output(1);
    });
  });
});

test("every command that reaches an engine is a command", async () => {
  const { readdirSync } = await import("node:fs");
  const files = readdirSync(new URL("../../scripts/commands/", import.meta.url));
  for (const command of Object.keys(reachOf)) expect(files).toContain(`${command}.ts`);
});
