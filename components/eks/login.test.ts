import { beforeAll, describe, expect, test } from "vitest";
import { only, type Made } from "../../tests/components/aws-mocks.ts";
import { named, providerType, record, shortToken, token } from "./fixture.ts";
import { tokenOf } from "./login.ts";

/* Not proven here: that EKS takes the tokens, and that the provider keeps its resources when a login changes. */

/** As users get it who say no more than they must. */
let usual: Made[] = [];
beforeAll(async () => {
  usual = await record();
});

describe("login", () => {
  const kubeconfig = (made: readonly Made[], name: string) =>
    JSON.parse(String(only(made, providerType, name).inputs["kubeconfig"])) as {
      clusters: unknown;
      users: { user: Record<string, unknown> }[];
    };

  test("by a service account: its token, with no program to run", () => {
    expect(kubeconfig(usual, "eks-kubernetes")).toMatchObject({
      clusters: [
        {
          cluster: { server: "https://cluster.test", "certificate-authority-data": "Y2E=" },
        },
      ],
      users: [{ user: { token } }],
    });
    expect(JSON.stringify(kubeconfig(usual, "eks-kubernetes"))).not.toContain("exec");
  });

  test("which the short token of EKS made, once the administrators were let in", () => {
    expect(kubeconfig(usual, "eks-bootstrap").users).toEqual([
      expect.objectContaining({ user: { token: shortToken } }),
    ]);
    expect(only(usual, providerType, "eks-bootstrap").dependsOn).toEqual([
      "eks-admin-platform-policy",
    ]);
    expect(only(usual, "kubernetes:core/v1:ServiceAccount")).toMatchObject({
      provider: "eks-bootstrap",
      inputs: { metadata: { name: "recover-operator", namespace: "kube-system" } },
    });
    expect(
      only(usual, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding").inputs,
    ).toMatchObject({
      roleRef: { kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name: "recover-operator", namespace: "kube-system" }],
    });
    expect(only(usual, "kubernetes:core/v1:Secret")).toMatchObject({
      dependsOn: ["eks-operator", "eks-operator-admin"],
      inputs: {
        metadata: {
          name: "recover-operator-1",
          annotations: { "kubernetes.io/service-account.name": "recover-operator" },
        },
        type: "kubernetes.io/service-account-token",
      },
    });
  });

  test("a generation makes another token", async () => {
    const made = await record({ tokenGeneration: 2 });
    expect(only(made, "kubernetes:core/v1:Secret").inputs).toMatchObject({
      metadata: { name: "recover-operator-2" },
    });
  });

  test.each(["eks-kubernetes", "eks-bootstrap"])(
    "%s: a secret, server-side apply, and one cluster whatever the login",
    (name) => {
      const provider = only(usual, providerType, name);
      expect(provider.secrets).toContain("kubeconfig");
      expect(provider.inputs).toMatchObject({
        enableServerSideApply: "true",
        clusterIdentifier: "arn:aws:mock:eks:eks-cluster",
      });
    },
  );

  test("by the AWS CLI: no token in the state, and no provider but one", async () => {
    const made = await record({ login: "aws-cli" });
    expect(named(made, providerType)).toEqual(["eks-kubernetes"]);
    expect(kubeconfig(made, "eks-kubernetes").users[0]?.user).toMatchObject({
      exec: {
        command: "aws",
        args: expect.arrayContaining(["eu-central-1", "acme-prod-g1-eks"]) as unknown,
      },
    });
    expect(named(made, "kubernetes:core/v1:Secret")).toEqual([]);
  });

  test.each([undefined, {}, { token: "" }])(
    "a secret that is not filled yet (%j) says so",
    (data) => {
      expect(() => tokenOf(data)).toThrow("Run pulumi up again");
    },
  );
});
