import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { only, recordAws, type Made } from "../../tests/components/aws-mocks.ts";
import { namesOf } from "../../tests/components/outputs.ts";
import type { Crd } from "./crds.ts";
import { namespaceRules } from "./operator-rights.ts";
import {
  ClickHouseOperator,
  type ClickHouseOperatorArgs,
  type InstallOperator,
} from "./operator.ts";

/*
 * What these tests do not prove: that the API server takes the manifests, that the rights suffice for the
 * operator, and that its image holds the configuration that its Dockerfile puts there.
 */

const crds: Crd[] = ["clickhouseinstallations.clickhouse.altinity.com", "keepers.altinity.com"].map(
  (name) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name, labels: { version: "x" } },
    spec: { group: "clickhouse.altinity.com" },
  }),
);
const install: InstallOperator = {
  crds,
  images: (image) => pulumi.output(`registry.test/${image}@sha256:0`),
  password: "canary-of-the-operator",
};

async function record(
  source: ClickHouseOperatorArgs["source"] = { install },
  dryRun = false,
  transform?: ClickHouseOperatorArgs["transform"],
): Promise<{ made: Made[]; ready: string[] }> {
  let ready: string[] = [];
  const made = await recordAws(
    () => {
      const operator = new ClickHouseOperator("operator", {
        provider: new kubernetes.Provider("cluster", { kubeconfig: "{}" }),
        namespace: "recover",
        source,
        ...(transform === undefined ? {} : { transform }),
      });
      ready = namesOf(operator.ready);
    },
    { dryRun },
  );
  return { made: made.filter(({ type }) => type.startsWith("kubernetes:")), ready };
}

const deploymentType = "kubernetes:apps/v1:Deployment";
interface PodSpec {
  containers: {
    name: string;
    image: string;
    env: { name: string; value?: string }[];
    securityContext: unknown;
  }[];
}
const podOf = (made: readonly Made[]) =>
  (only(made, deploymentType).inputs["spec"] as { template: { spec: PodSpec } }).template.spec;

describe.each([true, false])("the operator (dry run %s)", (dryRun) => {
  let made: Made[] = [];
  let ready: string[] = [];
  beforeAll(async () => {
    ({ made, ready } = await record({ install }, dryRun));
  });

  test("every resource is its child, made by the cluster's provider", () => {
    expect([...new Set(made.map(({ provider }) => provider))]).toEqual(["cluster"]);
    expect([...new Set(made.map(({ parent }) => parent))]).toEqual(["operator"]);
  });

  test.each(crds)("definition $metadata.name is there as given, protected and kept", (crd) => {
    const name = `operator-${crd.metadata.name.split(".")[0] ?? ""}`;
    const type = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
    expect(only(made, type, name)).toMatchObject({
      protect: true,
      retainOnDelete: true,
      inputs: { metadata: crd.metadata, spec: crd.spec },
    });
  });

  test("its service account has the role of the namespace", () => {
    expect(only(made, "kubernetes:core/v1:ServiceAccount").inputs).toMatchObject({
      metadata: { name: "clickhouse-operator", namespace: "recover" },
    });
    const rbac = "kubernetes:rbac.authorization.k8s.io/v1";
    expect(only(made, `${rbac}:Role`).inputs).toMatchObject({
      metadata: { namespace: "recover" },
      rules: namespaceRules,
    });
    expect(only(made, `${rbac}:RoleBinding`).inputs).toMatchObject({
      metadata: { namespace: "recover" },
      roleRef: { kind: "Role", name: "clickhouse-operator" },
      subjects: [{ kind: "ServiceAccount", name: "clickhouse-operator", namespace: "recover" }],
    });
  });

  test("beyond it, it reads one definition", () => {
    const rbac = "kubernetes:rbac.authorization.k8s.io/v1";
    expect(only(made, `${rbac}:ClusterRole`).inputs).toMatchObject({
      metadata: { name: "recover-clickhouse-operator" },
      rules: [
        {
          resources: ["customresourcedefinitions"],
          resourceNames: ["clickhouseinstallations.clickhouse.altinity.com"],
          verbs: ["get"],
        },
      ],
    });
    expect(only(made, `${rbac}:ClusterRoleBinding`).inputs).toMatchObject({
      roleRef: { kind: "ClusterRole", name: "recover-clickhouse-operator" },
      subjects: [{ kind: "ServiceAccount", name: "clickhouse-operator", namespace: "recover" }],
    });
  });

  test("its login is a secret, by the name that its image looks for", () => {
    const login = only(made, "kubernetes:core/v1:Secret");
    expect(login.secrets).toContain("stringData");
    expect(login.inputs).toMatchObject({
      metadata: { name: "clickhouse-operator", namespace: "recover" },
      stringData: { username: "clickhouse_operator", password: install.password },
    });
    expect(JSON.stringify(only(made, deploymentType))).not.toContain(install.password);
  });

  test("one pod at a time, after definitions, rights and login", () => {
    expect(only(made, deploymentType)).toMatchObject({
      dependsOn: [
        "operator-clickhouseinstallations",
        "operator-keepers",
        "operator-role",
        "operator-binding",
        "operator-definitions-role",
        "operator-definitions-binding",
        "operator-login",
      ],
      inputs: {
        metadata: { name: "clickhouse-operator", namespace: "recover", annotations: {} },
        spec: { replicas: 1, strategy: { type: "Recreate" } },
      },
    });
  });

  test("both containers: by digest, no root, no privilege, one namespace to watch", () => {
    const pod = podOf(made);
    expect(pod).toMatchObject({
      serviceAccountName: "clickhouse-operator",
      securityContext: { runAsNonRoot: true, runAsUser: 65534 },
    });
    expect(pod.containers.map(({ image }) => image)).toEqual([
      "registry.test/operator@sha256:0",
      "registry.test/operatorMetrics@sha256:0",
    ]);
    for (const { env, securityContext } of pod.containers) {
      expect(env).toContainEqual({ name: "WATCH_NAMESPACE", value: "recover" });
      expect(env.map(({ name }) => name)).toContain("OPERATOR_POD_NAMESPACE");
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      });
    }
  });

  test("its metrics have a service", () => {
    expect(only(made, "kubernetes:core/v1:Service").inputs).toMatchObject({
      metadata: { name: "clickhouse-operator-metrics", namespace: "recover" },
      spec: { selector: { app: "clickhouse-operator" }, ports: [{ port: 8888 }, { port: 9999 }] },
    });
  });

  test("an installation waits for definitions and the running operator", () => {
    expect(ready).toEqual([
      "operator-clickhouseinstallations",
      "operator-keepers",
      "operator-deployment",
    ]);
  });
});

test("without nodes all is there but the pod, and nobody waits for it", async () => {
  const { made } = await record({ install: { ...install, running: false } });
  expect(only(made, deploymentType).inputs).toMatchObject({
    metadata: { annotations: { "pulumi.com/skipAwait": "true" } },
    spec: { replicas: 0 },
  });
});

test.each([true, false])("one that is there: nothing is made (dry run %s)", async (dryRun) => {
  expect(await record({ existing: true }, dryRun)).toEqual({ made: [], ready: [] });
});

test("a user has the last word on the deployment", async () => {
  const { made } = await record({ install }, false, {
    deployment: (args) => ({ ...args, metadata: { name: "mine" } }),
  });
  expect(only(made, deploymentType).inputs).toMatchObject({
    metadata: { name: "mine" },
    spec: { replicas: 1 },
  });
});

describe("rights in the namespace", () => {
  const verbsOf = (resource: string) =>
    namespaceRules.filter(({ resources }) => resources.includes(resource)).flatMap((r) => r.verbs);

  test("no wildcard, nothing of roles, nodes, jobs, or running commands in pods", () => {
    const words = namespaceRules.flatMap((rule) => [
      ...rule.apiGroups,
      ...rule.resources,
      ...rule.verbs,
    ]);
    for (const never of ["*", "roles", "rolebindings", "nodes", "jobs", "pods/exec", "escalate"]) {
      expect(words).not.toContain(never);
    }
  });

  test.each([
    ["statefulsets", "create"],
    ["statefulsets", "delete"],
    ["configmaps", "update"],
    ["services", "create"],
    ["persistentvolumeclaims", "delete"],
    ["secrets", "create"],
    ["poddisruptionbudgets", "create"],
    ["pods", "delete"],
    ["endpoints", "watch"],
    ["endpointslices", "watch"],
    ["events", "create"],
    ["replicasets", "update"],
    ["deployments", "update"],
    ["clickhouseinstallations", "patch"],
    ["clickhouseinstallations/status", "update"],
    ["clickhouseinstallationtemplates", "watch"],
    ["clickhouseoperatorconfigurations", "list"],
    ["clickhousekeeperinstallations", "watch"],
    ["clickhousekeeperinstallations/status", "update"],
  ])("%s: %s", (resource, verb) => {
    expect(verbsOf(resource)).toContain(verb);
  });

  test("of deployments it changes its own alone", () => {
    expect(namespaceRules.find(({ resources }) => resources.includes("deployments"))).toMatchObject(
      {
        resourceNames: ["clickhouse-operator"],
      },
    );
  });
});
