import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../scripts/connection.ts";
import { labelsOf } from "../kubernetes/context.ts";
import { dnsLabel, inputHash } from "./names.ts";
import { accountOf, inputSecret, podTemplate, type PodOptions } from "./pod.ts";
import type { KubernetesRunner } from "./runner.ts";

export interface KubernetesDaemonArgs extends PodOptions {
  readonly runner: KubernetesRunner;
  /** A command of `scripts/commands/` that runs until it is stopped. */
  readonly command: string;
  /** The parts that this command needs. */
  readonly connection: pulumi.Input<Connection>;
  /** @default {} */
  readonly params?: pulumi.Input<Record<string, unknown>>;
  /** How long it may take to end when it is told to. @default 30 */
  readonly stopSeconds?: number;
}

/**
 * One of our own long-running commands: one pod, and never two at once, also while it is changed.
 *
 * @remarks Recovery: Kubernetes starts it again wherever there is a node. Two pods may still overlap when a
 * node is cut off; what a daemon writes is fenced by its epoch, not by this.
 */
export class KubernetesDaemon extends pulumi.ComponentResource {
  readonly deployment: kubernetes.apps.v1.Deployment;

  constructor(name: string, args: KubernetesDaemonArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:job:KubernetesDaemon", name, {}, opts);
    const { runner, connection, params } = args;
    const options = { parent: this, provider: runner.cluster.provider };
    const instance = dnsLabel(name);
    const labels = labelsOf("job", instance);
    const account = accountOf(`${name}-account`, instance, runner, args, options);
    const secret = inputSecret(
      `${name}-input`,
      { runner, instance, secret: instance, connection, params },
      options,
    );
    // A running command does not read its input again: other inputs and scripts are another pod.
    const hash = pulumi.unsecret(
      pulumi.all([connection, params, runner.settings()]).apply((inputs) => inputHash(inputs)),
    );
    this.deployment = new kubernetes.apps.v1.Deployment(
      `${name}-deployment`,
      {
        metadata: { name: instance, namespace: runner.cluster.namespace, labels },
        spec: {
          replicas: 1,
          strategy: { type: "Recreate" },
          revisionHistoryLimit: 2,
          selector: { matchLabels: labels },
          template: podTemplate({
            ...args,
            instance,
            secret: secret.metadata.name,
            account,
            restartPolicy: "Always",
            annotations: { "recover/input": hash },
          }),
        },
      },
      options,
    );
    this.registerOutputs({ deployment: this.deployment });
  }
}
