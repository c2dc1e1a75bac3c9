import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { custom } from "../types.ts";
import type { Built, StackBuilder } from "./builder.ts";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;
type SetSpec = types.input.apps.v1.StatefulSetSpec;

export const zone = "topology.kubernetes.io/zone";

/** A set of pods with one volume each, as an ensemble has it. */
export function statefulSet(
  s: StackBuilder,
  name: string,
  {
    spec = {},
    pod = {},
    container = {},
    labels = { app: name },
  }: {
    readonly spec?: Partial<SetSpec>;
    readonly pod?: Partial<PodSpec>;
    readonly container?: Partial<Container>;
    readonly labels?: Record<string, string>;
  } = {},
): Built {
  return s.add(StatefulSet, name, {
    metadata: { name, namespace: "data" },
    spec: {
      serviceName: name,
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name, image: `registry.example/${name}:1.0`, ...container }],
          ...pod,
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "gp3",
            resources: { requests: { storage: "100Gi" } },
          },
        },
      ],
      ...spec,
    },
  });
}

export function budget(
  s: StackBuilder,
  matchLabels: Record<string, pulumi.Input<string>>,
  spec: Partial<types.input.policy.v1.PodDisruptionBudgetSpec> = { maxUnavailable: 1 },
  namespace = "data",
): Built {
  return s.add(PodDisruptionBudget, "budget", {
    metadata: { namespace },
    spec: { selector: { matchLabels }, ...spec },
  });
}

export function cronJob(
  s: StackBuilder,
  name: string,
  schedule: pulumi.Input<string>,
  container: Partial<Container> = {},
  spec: Partial<types.input.batch.v1.CronJobSpec> = {},
  labels: Record<string, string> = {},
): Built {
  const template = { metadata: { labels }, spec: podOf(container) };
  return s.add(CronJob, name, {
    metadata: { name, namespace: "data" },
    spec: { schedule, jobTemplate: { spec: { template } }, ...spec },
  });
}

export function job(s: StackBuilder, name: string, container: Partial<Container> = {}): Built {
  return s.add(Job, name, {
    metadata: { name, namespace: "data" },
    spec: { template: { spec: podOf(container) } },
  });
}

function podOf(container: Partial<Container>): PodSpec {
  return { restartPolicy: "Never", containers: [{ name: "main", image: "jobs:1", ...container }] };
}

/** Of Altinity's operator. */
export function clickHouse(s: StackBuilder, layout: object, name = "clickhouse"): Built {
  return s.custom(custom.clickHouseInstallation, name, {
    apiVersion: "clickhouse.altinity.com/v1",
    kind: "ClickHouseInstallation",
    metadata: { name, namespace: "data" },
    spec: { configuration: { clusters: [{ name: "main", layout }] } },
  });
}
