import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesCluster } from "./context.ts";

export type Peer = kubernetes.types.input.networking.v1.NetworkPolicyPeer;

/** Who may connect to which TCP ports. */
export interface Admission {
  readonly from: readonly Peer[];
  readonly ports: readonly number[];
}

export interface AdmissionsArgs {
  readonly cluster: KubernetesCluster;
  /** First part of the policies' names in the cluster. */
  readonly physical: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The pods that are closed to everybody else. */
  readonly pods: Readonly<Record<string, string>>;
  /** By suffix of the policy's name; one with nobody in it is left out. */
  readonly admissions: Readonly<Record<string, Admission>>;
}

/** Network policies by which pods refuse every connection that is not named. */
export function admit(
  name: string,
  { cluster, physical, labels, pods, admissions }: AdmissionsArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const [suffix, { from, ports }] of Object.entries(admissions)) {
    // A rule without a `from` would let everybody in.
    if (from.length === 0) continue;
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-${suffix}`,
      {
        metadata: {
          name: `${physical}-${suffix}`,
          namespace: cluster.namespace,
          labels: { ...labels },
        },
        spec: {
          podSelector: { matchLabels: { ...pods } },
          policyTypes: ["Ingress"],
          ingress: [{ from: [...from], ports: ports.map((port) => ({ protocol: "TCP", port })) }],
        },
      },
      opts,
    );
  }
}
