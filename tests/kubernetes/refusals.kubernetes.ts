import { describe, expect, test } from "vitest";
import type { Manifest } from "./client.ts";
import { serverWith } from "./install.ts";
import { label, manifestsOf, skipped, stacks } from "./manifests.ts";
import { finderIn, never, spoil } from "./spoil.ts";
import { spoiltOnes } from "./spoilt.ts";
import { madeOf } from "./templates.ts";

/**
 * Positive controls: what is wrong on purpose is refused, in the API server's own words. Each takes a manifest
 * of the stack `prod`, which is accepted as it is, and spoils one place of it.
 */
const prod = await manifestsOf(stacks["prod"]?.() ?? never("the stack prod"));
const server = serverWith(prod);
const find = finderIn(prod);
const cases = spoiltOnes(find);
/** The API server's own view of bindings follows a write within a second. */
const seen = { timeout: 20_000 };

describe("is refused", () => {
  for (const [what, manifest, path, value, words] of cases) {
    const why = skipped(manifest);
    test.skipIf(why !== "")(`${what} (${label(manifest)})${why}`, async () => {
      expect((await server().client.dryRun(manifest)).refusal).toBeUndefined();
      const answer = await server().client.dryRun(spoil(manifest, path, value));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.refusal).toMatch(words);
    });
  }
});

/** The namespace says `restricted`: https://kubernetes.io/docs/concepts/security/pod-security-standards */
describe("pods that Pod Security forbids", () => {
  const job = find("Job");
  const pod = madeOf(job)[0] ?? never("a pod of the Job");
  const restricted = /violates PodSecurity "restricted:latest"/;

  test.each([
    ["as root", "spec.securityContext.runAsNonRoot", false, /runAsNonRoot != true/],
    ["as user 0", "spec.securityContext.runAsUser", 0, /runAsUser=0/],
    ["with the node's network", "spec.hostNetwork", true, /host namespaces/],
    [
      "without a seccomp profile",
      "spec.securityContext.seccompProfile",
      undefined,
      /seccompProfile/,
    ],
    [
      "that may gain rights",
      "spec.containers.0.securityContext.allowPrivilegeEscalation",
      true,
      /allowPrivilegeEscalation != false/,
    ],
    ["with capabilities", "spec.containers.0.securityContext.capabilities", {}, /capabilities/],
    [
      "with a folder of the node",
      "spec.volumes.0",
      { name: "input", hostPath: { path: "/" } },
      /restricted volume types/,
    ],
  ])("%s are refused", async (_, path, value, words) => {
    expect((await server().client.dryCreate(pod)).refusal).toBeUndefined();
    const { status, refusal } = await server().client.dryCreate(spoil(pod, path, value));
    expect(status).toBe(403);
    expect(refusal).toMatch(restricted);
    expect(refusal).toMatch(words);
  });

  test("are warned of in the Job that would make them", async () => {
    const root = spoil(job, "spec.template.spec.securityContext.runAsNonRoot", false);
    const { refusal, warnings } = await server().client.dryRun(root);
    expect(refusal).toBeUndefined();
    expect(warnings.join()).toMatch(/would violate PodSecurity "restricted:latest".*runAsNonRoot/);
  });

  test("of an account that is not there are refused", async () => {
    const stranger = spoil(pod, "spec.serviceAccountName", "stranger");
    const { status, refusal } = await server().client.dryCreate(stranger);
    expect(status).toBe(403);
    expect(refusal).toMatch(/serviceaccount "stranger" not found/);
  });
});

describe("is seen too", () => {
  test("an API that the cluster's version has no more", async () => {
    const old = spoil(find("PodDisruptionBudget"), "apiVersion", "policy/v1beta1");
    await expect(server().client.dryRun(old)).rejects.toThrow(
      "the API server has no policy/v1beta1 PodDisruptionBudget",
    );
  });

  test("an accepted manifest that is warned of: a label of nodes that is given up", async () => {
    const old = { "beta.kubernetes.io/os": "linux" };
    const { refusal, warnings } = await server().client.dryRun(
      spoil(find("Job"), "spec.template.spec.nodeSelector", old),
    );
    expect(refusal).toBeUndefined();
    expect(warnings.join()).toMatch(/nodeSelector\[beta\.kubernetes\.io\/os\]: deprecated/);
  });

  test.each([
    [
      "a claim of a StatefulSet",
      "StatefulSet",
      "spec.volumeClaimTemplates.0.spec.accessModes",
      ["ReadSometimes"],
      /spec\.accessModes: Unsupported value: "ReadSometimes"/,
    ],
    [
      "a claim of the operator's resource",
      "ClickHouseInstallation",
      "spec.templates.volumeClaimTemplates.0.spec.accessModes",
      ["ReadSometimes"],
      /spec\.accessModes: Unsupported value: "ReadSometimes"/,
    ],
    [
      "a service of the operator's resource",
      "ClickHouseInstallation",
      "spec.templates.serviceTemplates.0.spec.ports.0.port",
      70_000,
      /spec\.ports\[0\]\.port: Invalid value: 70000/,
    ],
    [
      "a pod of the operator's resource",
      "ClickHouseInstallation",
      "spec.templates.podTemplates.0.spec.hostNetwork",
      true,
      /violates PodSecurity "restricted:latest": host namespaces/,
    ],
    [
      "a pod of a CronJob",
      "CronJob",
      "spec.jobTemplate.spec.template.spec.hostNetwork",
      true,
      /violates PodSecurity "restricted:latest": host namespaces/,
    ],
  ])("what is made of a template: %s", async (_, kind, path, value, words) => {
    const refusals = async (made: Manifest[]) =>
      Promise.all(made.map(async (each) => (await server().client.dryCreate(each)).refusal));
    const said = (all: (string | undefined)[]) => all.filter((each) => each !== undefined);
    expect(said(await refusals(madeOf(find(kind))))).toEqual([]);
    const found = said(await refusals(madeOf(spoil(find(kind), path, value))));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });
});

/** What rights.kubernetes.ts asks, of accounts that have been given too much. */
describe("a right that is too many is seen", () => {
  const { namespace = "" } = find("Role").metadata;
  const secret = { resource: "secrets", verb: "get" };
  const bindingOf = (
    account: string,
    kind: "RoleBinding" | "ClusterRoleBinding",
    role: object,
  ) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name: "too-much", ...(kind === "RoleBinding" ? { namespace } : {}) },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", ...role },
    subjects: [{ kind: "ServiceAccount", name: account, namespace }],
  });

  test("in its namespace", async () => {
    const { client } = server();
    const account = { namespace, name: "recover-fence" };
    const before = await client.rulesOf(account, namespace);
    expect(await client.may(account, { ...secret, namespace })).toBe(false);
    const role = { kind: "Role", name: find("Role").metadata.name };
    await client.create(bindingOf(account.name, "RoleBinding", role));
    await expect.poll(() => client.may(account, { ...secret, namespace }), seen).toBe(true);
    expect(await client.rulesOf(account, namespace)).not.toEqual(before);
    expect(await client.may(account, { ...secret, namespace: "kube-system" })).toBe(false);
  });

  test("in another namespace, and in all", async () => {
    const { client } = server();
    const account = { namespace, name: "recover-cursor" };
    const elsewhere = { ...secret, namespace: "kube-system" };
    const before = await client.rulesOf(account, "kube-system");
    expect(await client.may(account, elsewhere)).toBe(false);
    const role = { kind: "ClusterRole", name: "cluster-admin" };
    await client.create(bindingOf(account.name, "ClusterRoleBinding", role));
    await expect.poll(() => client.may(account, elsewhere), seen).toBe(true);
    expect(await client.may(account, secret)).toBe(true);
    expect(await client.rulesOf(account, "kube-system")).not.toEqual(before);
  });
});
