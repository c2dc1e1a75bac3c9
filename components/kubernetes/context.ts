import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/**
 * The cluster that a component is made in. Each component passes `provider` to all of its children:
 * nothing may slip to an ambient kubeconfig.
 */
export interface KubernetesCluster {
  readonly provider: kubernetes.Provider;
  /** Made by the owner of the cluster, with what it enforces (Pod Security "restricted"). */
  readonly namespace: pulumi.Input<string>;
}

/** Names a container image by what is in it: a tag can be moved, also on the worst day. */
export type ImageByDigest = `${string}@sha256:${string}`;

/**
 * The image as it is, when it is named by digest.
 *
 * @param what the argument's name, for the error
 * @throws Error when it is named by a tag alone
 */
export function byDigest(what: string, image: string): ImageByDigest {
  if (/^[^@\s]+@sha256:[0-9a-f]{64}$/.test(image)) return image as ImageByDigest;
  throw new Error(
    `${what} is "${image}", which names no digest: a tag can be moved, and a recovery would run other ` +
      "software than was tested. Write repository@sha256:…, 64 hexadecimal digits.",
  );
}

/** Labels of everything that belongs to one component instance. */
export function labelsOf(component: string, instance: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": component,
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/part-of": "recover",
  };
}

/** Engines inside the cluster that a pod of ours may talk to; all others refuse it. */
export type Reach = "clickhouse" | "zookeeper";

/** A pod carries it, and the engine's network policy lets it in. */
export function reachLabels(reaches: readonly Reach[]): Record<string, string> {
  return Object.fromEntries(reaches.map((each) => [`recover/reaches-${each}`, "true"]));
}

/** A rule's `from` that lets in the pods of ours that reach this engine. */
export function reachedBy(engine: Reach): { podSelector: { matchLabels: Record<string, string> } } {
  return { podSelector: { matchLabels: reachLabels([engine]) } };
}

/** Users and groups of containers that need no name for theirs. */
export const nobody = 65_532;

/** What every pod of ours may not do. */
export function podSecurity(user: number): kubernetes.types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** What every container of ours may not do. */
export function containerSecurity(): kubernetes.types.input.core.v1.SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  };
}

/** Last say over one child's arguments, for what this project has no setting for. */
export type Transform<Args> = (args: Args) => Args;

/** Something that protects is off, for a reason that the preview shows. */
export interface Off {
  readonly off: string;
}
