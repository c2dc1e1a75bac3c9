import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";

/**
 * How `pulumi` logs in to a cluster of ours.
 *
 * - `service-account`: needs nothing on the machine but AWS credentials of one of the administrators. A token
 *   of EKS is valid for 15 minutes, a recovery may take hours; so that token only makes a service account,
 *   whose own token does not expire. It is a secret of the stack's state. Each `up` shows the provider
 *   `…-bootstrap` as updated: its short token is a new one every time, nothing else changes.
 * - `aws-cli`: needs AWS CLI 2 as `aws` on every machine that runs `up`, and leaves no token in the state.
 */
export type ClusterLogin = "service-account" | "aws-cli";

export interface LoginArgs {
  readonly cluster: aws.eks.Cluster;
  /** From here on the administrators are let in. */
  readonly access: readonly pulumi.Resource[];
  readonly login: ClusterLogin;
  /** A larger one makes a new token and ends the one before. */
  readonly tokenGeneration: number;
}

/** The provider for all that is in the cluster. */
export function loginOf(
  name: string,
  region: AwsRegion,
  args: LoginArgs,
  parent: pulumi.Resource,
): kubernetes.Provider {
  const { cluster, access, login } = args;
  const user =
    login === "aws-cli" ? cliUser(region, cluster) : tokenUser(name, region, args, parent);
  return kubernetesProvider(`${name}-kubernetes`, kubeconfigOf(cluster, user), cluster.arn, {
    parent,
    dependsOn: [...access],
  });
}

/**
 * Server-side apply, so that fields of others (the operator's, the autoscaler's) are left alone; secrets and
 * config maps change in place, without a moment in which they are gone.
 *
 * @param cluster what makes it another cluster; a new login alone replaces nothing
 */
export function kubernetesProvider(
  name: string,
  kubeconfig: pulumi.Input<string>,
  cluster: pulumi.Input<string>,
  opts: pulumi.ResourceOptions,
): kubernetes.Provider {
  return new kubernetes.Provider(
    name,
    {
      kubeconfig: pulumi.secret(kubeconfig),
      clusterIdentifier: cluster,
      enableServerSideApply: true,
      enableSecretMutable: true,
      enableConfigMapMutable: true,
    },
    opts,
  );
}

/** The part of a kubeconfig that logs in. */
type User = pulumi.Output<{ readonly token: string } | { readonly exec: object }>;

/** JSON is YAML, so it is a kubeconfig. */
function kubeconfigOf(cluster: aws.eks.Cluster, user: User): pulumi.Output<string> {
  return pulumi
    .all([cluster.name, cluster.endpoint, cluster.certificateAuthority, user])
    .apply(([name, server, authority, login]) =>
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": name,
        clusters: [{ name, cluster: { server, "certificate-authority-data": authority.data } }],
        users: [{ name, user: login }],
        contexts: [{ name, context: { cluster: name, user: name } }],
      }),
    );
}

function cliUser(region: AwsRegion, cluster: aws.eks.Cluster): User {
  return cluster.name.apply((name): { readonly exec: object } => ({
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "aws",
      args: [
        "--region",
        region.name,
        "eks",
        "get-token",
        "--cluster-name",
        name,
        "--output",
        "json",
      ],
      interactiveMode: "Never",
    },
  }));
}

const namespace = "kube-system";
const account = "recover-operator";

function tokenUser(
  name: string,
  region: AwsRegion,
  args: LoginArgs,
  parent: pulumi.Resource,
): User {
  const { cluster, access, tokenGeneration } = args;
  const short = aws.eks.getClusterAuthOutput({ name: cluster.name }, { provider: region.provider });
  const provider = kubernetesProvider(
    `${name}-bootstrap`,
    kubeconfigOf(
      cluster,
      short.token.apply((token) => ({ token })),
    ),
    cluster.arn,
    { parent, dependsOn: [...access] },
  );
  // They go with the cluster: by then the short token of the last `up` has expired.
  const child = { parent, provider, deletedWith: cluster };
  const owner = new kubernetes.core.v1.ServiceAccount(
    `${name}-operator`,
    { metadata: { name: account, namespace }, automountServiceAccountToken: false },
    child,
  );
  const binding = new kubernetes.rbac.v1.ClusterRoleBinding(
    `${name}-operator-admin`,
    {
      metadata: { name: account },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "cluster-admin",
      },
      subjects: [{ kind: "ServiceAccount", name: account, namespace }],
    },
    child,
  );
  const token = new kubernetes.core.v1.Secret(
    `${name}-operator-token`,
    {
      metadata: {
        name: `${account}-${tokenGeneration}`,
        namespace,
        annotations: { "kubernetes.io/service-account.name": account },
      },
      type: "kubernetes.io/service-account-token",
    },
    { ...child, dependsOn: [owner, binding] },
  );
  return pulumi.secret(token.data).apply((data) => ({ token: tokenOf(data) }));
}

/** @throws Error when Kubernetes has not filled the secret yet */
export function tokenOf(data: Readonly<Record<string, string>> | undefined): string {
  const encoded = data?.["token"];
  if (encoded === undefined || encoded === "") {
    throw new Error(
      `Kubernetes has not written the token of service account ${namespace}/${account} yet. ` +
        "Run pulumi up again.",
    );
  }
  return Buffer.from(encoded, "base64").toString("utf8");
}
