import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../scripts/connection.ts";
import {
  containerSecurity,
  labelsOf,
  nobody,
  podSecurity,
  reachLabels,
  type Reach,
} from "../kubernetes/context.ts";
import type { KubernetesRunner } from "./runner.ts";

type PodTemplate = kubernetes.types.input.core.v1.PodTemplateSpec;
type EnvVar = kubernetes.types.input.core.v1.EnvVar;

/** What a pod of ours may be given, beyond its command. */
export interface PodOptions {
  /** Engines in the cluster that it talks to; their network policies refuse it else. @default none */
  readonly reaches?: readonly Reach[] | undefined;
  /** Added to the environment of the command. @default {} */
  readonly environment?: pulumi.Input<Record<string, string>> | undefined;
  /**
   * Name of a service account that exists, for example one with an association of EKS Pod Identity.
   * @default one of its own, which may do nothing
   */
  readonly serviceAccount?: pulumi.Input<string> | undefined;
  /** @default 250m and 512Mi asked for, 1Gi at most */
  readonly resources?: kubernetes.types.input.core.v1.ResourceRequirements | undefined;
  /** Where its pods may run, beyond the cluster's defaults. @default anywhere */
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
}

export interface PodArgs extends PodOptions {
  readonly runner: KubernetesRunner;
  /** Name of the Secret, which is the Job's, and of the labels. */
  readonly instance: string;
  readonly command: pulumi.Input<string>;
  readonly secret: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
  readonly restartPolicy: "Never" | "Always";
  /** How long the command may take to end when it is told to. @default 30 */
  readonly stopSeconds?: number | undefined;
  /** @default none */
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Files of the container, and its only places to write. */
export const mounts = {
  input: "/input",
  bootstrap: "/bootstrap",
  work: "/scratch",
  temporary: "/tmp",
};
export const readyFile = `${mounts.work}/ready`;
export const container = "step";

const defaultResources = {
  requests: { cpu: "250m", memory: "512Mi", "ephemeral-storage": "256Mi" },
  limits: { memory: "1Gi", "ephemeral-storage": "1Gi" },
};

/**
 * A pod that runs one command: as nobody, on a file system that it cannot write to, without a token of
 * the Kubernetes API, with just the connection that its command needs.
 */
export function podTemplate(args: PodArgs): PodTemplate {
  const { runner, reaches = [] } = args;
  return {
    metadata: {
      labels: { ...labelsOf("job", args.instance), ...reachLabels(reaches) },
      ...(args.annotations === undefined ? {} : { annotations: args.annotations }),
    },
    spec: {
      serviceAccountName: args.account,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: args.restartPolicy,
      terminationGracePeriodSeconds: args.stopSeconds ?? 30,
      securityContext: podSecurity(nobody),
      ...(args.nodeSelector === undefined ? {} : { nodeSelector: args.nodeSelector }),
      containers: [
        {
          name: container,
          image: runner.image,
          command: ["node", `${mounts.bootstrap}/main.ts`],
          args: [args.command],
          env: environment(args),
          resources: args.resources ?? defaultResources,
          securityContext: containerSecurity(),
          // What the command said last is what `pulumi up` shows.
          terminationMessagePolicy: "FallbackToLogsOnError",
          volumeMounts: [
            { name: "input", mountPath: mounts.input, readOnly: true },
            { name: "bootstrap", mountPath: mounts.bootstrap, readOnly: true },
            { name: "work", mountPath: mounts.work },
            { name: "temporary", mountPath: mounts.temporary },
          ],
          ...(args.restartPolicy === "Always" ? { readinessProbe } : {}),
        },
      ],
      volumes: [
        { name: "input", secret: { secretName: args.secret, defaultMode: 0o440 } },
        { name: "bootstrap", configMap: { name: runner.bootstrap } },
        { name: "work", emptyDir: { sizeLimit: "512Mi" } },
        { name: "temporary", emptyDir: { sizeLimit: "512Mi" } },
      ],
    },
  };
}

/** A daemon writes its ready file once it does its work; there may be no shell to look for it. */
const readinessProbe = {
  exec: { command: ["node", "--eval", `require("node:fs").statSync("${readyFile}")`] },
  periodSeconds: 10,
  timeoutSeconds: 5,
};

function environment({ environment: added, restartPolicy }: PodArgs): pulumi.Input<EnvVar[]> {
  const label = (name: string, key: string): EnvVar => ({
    name,
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${key}']` } },
  });
  const own: EnvVar[] = [
    { name: "NODE_NO_WARNINGS", value: "1" },
    { name: "TMPDIR", value: mounts.temporary },
    ...(restartPolicy === "Always"
      ? [{ name: "RECOVER_READY_FILE", value: readyFile }]
      : [
          // Set by the Job controller: kubernetes.io/docs/reference/labels-annotations-taints.
          label("RECOVER_JOB_NAME", "batch.kubernetes.io/job-name"),
          label("RECOVER_JOB_UID", "batch.kubernetes.io/controller-uid"),
        ]),
  ];
  if (added === undefined) return own;
  return pulumi
    .output(added)
    .apply((all) => [...own, ...Object.entries(all).map(([name, value]) => ({ name, value }))]);
}

export interface InputSecretArgs {
  readonly runner: KubernetesRunner;
  readonly instance: string;
  /** Also the Secret's name. */
  readonly secret: pulumi.Input<string>;
  readonly connection: pulumi.Input<Connection> | undefined;
  readonly params: pulumi.Input<Record<string, unknown>> | undefined;
  /** Folder of results in the control bucket. @default none: a daemon */
  readonly results?: pulumi.Input<string>;
}

/** The connection and parameters of a command, as `--input` reads them, readable by its pods alone. */
export function inputSecret(
  name: string,
  { runner, instance, secret, connection, params, results }: InputSecretArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  return new kubernetes.core.v1.Secret(
    name,
    {
      metadata: {
        name: secret,
        namespace: runner.cluster.namespace,
        labels: labelsOf("job", instance),
      },
      stringData: {
        "input.json": pulumi.secret(
          pulumi
            .all([connection, params])
            .apply(([link, options]) =>
              JSON.stringify({ connection: link, params: options ?? {} }),
            ),
        ),
        "runner.json": pulumi.secret(runner.settings(results)),
      },
    },
    opts,
  );
}

/**
 * The service account that is named, else one of its own: an IAM role is given to just what needs it. It
 * may do nothing in Kubernetes.
 */
export function accountOf(
  name: string,
  instance: string,
  runner: KubernetesRunner,
  { serviceAccount }: PodOptions,
  opts: pulumi.CustomResourceOptions,
): pulumi.Input<string> {
  if (serviceAccount !== undefined) return serviceAccount;
  const account = new kubernetes.core.v1.ServiceAccount(
    name,
    {
      metadata: {
        name: instance,
        namespace: runner.cluster.namespace,
        labels: labelsOf("job", instance),
      },
      automountServiceAccountToken: false,
    },
    opts,
  );
  return account.metadata.apply((metadata) => metadata.name);
}
