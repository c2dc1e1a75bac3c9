import * as kubernetes from "@pulumi/kubernetes";
import { KubernetesRunner } from "../../components/job/runner.ts";
import type { KubernetesCluster } from "../../components/kubernetes/context.ts";
import { connect, type ConnectionParts } from "../../components/local/context.ts";
import type { Connection } from "../../scripts/connection.ts";
import type * as pulumi from "@pulumi/pulumi";
import { recordAws, type Made } from "./aws-mocks.ts";

/** Images of the tests, by a digest that nobody has. */
export const image = (name: string): string => `example.org/${name}@sha256:${"0123".repeat(16)}`;

/** Who runs the commands in these tests. */
export const base: ConnectionParts = {
  platform: "aws",
  stack: "prod",
  role: "primary",
  region: "eu-central-1",
  owner: "owner-of-a-test",
  line: "main",
  epoch: 7,
};

export const control = {
  endpoint: "https://s3.eu-west-1.amazonaws.com",
  region: "eu-west-1",
  bucket: "acme-control",
  accessKeyId: "AKIAOPERATOR",
  secretAccessKey: "canary-of-the-operator",
};

/** A connection whose secret must show up nowhere but in a Secret. */
export const canary = "canary-of-a-connection";
export const connection = (): pulumi.Output<Connection> =>
  connect({
    ...base,
    clickhouse: {
      url: "http://clickhouse:8123",
      username: "admin",
      password: canary,
      database: "posthog",
      backupDisk: "vault",
    },
  });

export function clusterOf(): KubernetesCluster {
  return {
    provider: new kubernetes.Provider("cluster", { kubeconfig: "{}" }),
    namespace: "recover",
  };
}

export function runnerOf(cluster = clusterOf()): KubernetesRunner {
  return new KubernetesRunner("jobs", {
    cluster,
    image: image("node"),
    bundle: { key: "bundles/0.1.0/abc.tar.gz", sha256: "a".repeat(64) },
    base,
    control,
  });
}

/** What the API server and the Job's pod would add. */
export const outputs = {
  "kubernetes:batch/v1:Job": { metadata: { name: "job", uid: "uid-of-the-job" } },
  "recover:index:Step": {
    result: {
      result: { rows: 7 },
      startedAt: "2026-01-01T00:00:00Z",
      finishedAt: "2026-01-01T00:00:01Z",
    },
    startedAt: "",
    finishedAt: "",
  },
  "recover:index:Key": { value: "value-of-a-key" },
};

/** A manifest's part, by a path such as `spec.template.spec.containers.0.image`. */
export function at(made: Made, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      made.inputs,
    );
}

/** Resources of Kubernetes that did not get the cluster's own provider; must be none. */
export function strays(made: readonly Made[]): string[] {
  return made
    .filter((each) => each.type.startsWith("kubernetes:") && each.provider !== "cluster")
    .map((each) => `${each.type} ${each.name}`);
}

/** What a constructor refuses its arguments with; empty when it does not. */
export async function refusal(program: () => unknown): Promise<string> {
  let message = "";
  await recordAws(
    () => {
      try {
        program();
      } catch (error) {
        message = (error as Error).message;
      }
    },
    { outputs },
  );
  return message;
}
