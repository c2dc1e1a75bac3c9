import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Pod } from "@pulumi/kubernetes/core/v1/pod.js";
import type { types } from "@pulumi/kubernetes";
import { custom } from "../types.ts";
import type { Built, StackBuilder } from "./builder.ts";

export type PodSpec = types.input.core.v1.PodSpec;
export type Container = types.input.core.v1.Container;

export interface Changes {
  readonly pod?: Partial<PodSpec>;
  readonly container?: Partial<Container>;
  readonly labels?: Record<string, string>;
  readonly spec?: Partial<types.input.apps.v1.DeploymentSpec>;
  /** @default data */
  readonly namespace?: string;
}

export function deployment(s: StackBuilder, name: string, changes: Changes = {}): Built {
  const { labels = { app: name }, spec = {}, namespace = "data" } = changes;
  return s.add(Deployment, name, {
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(name, changes) },
      ...spec,
    },
  });
}

export function daemonSet(s: StackBuilder, name: string, changes: Changes = {}): Built {
  const { labels = { app: name }, namespace = "data" } = changes;
  return s.add(DaemonSet, name, {
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(name, changes) },
    },
  });
}

export function pod(s: StackBuilder, name: string, changes: Changes = {}): Built {
  const { labels = { app: name }, namespace = "data" } = changes;
  return s.add(Pod, name, {
    metadata: { name, namespace, labels },
    spec: podSpec(name, changes),
  });
}

/** Pods of Altinity's operator: one template a container that is named. */
export function operated(s: StackBuilder, ...containers: readonly Partial<Container>[]): Built {
  return s.custom(custom.clickHouseInstallation, "clickhouse", {
    apiVersion: "clickhouse.altinity.com/v1",
    kind: "ClickHouseInstallation",
    metadata: { name: "clickhouse", namespace: "data" },
    spec: {
      templates: {
        podTemplates: containers.map((container, i) => ({
          name: `zone-${i}`,
          spec: podSpec("clickhouse", { container }),
        })),
      },
    },
  });
}

function podSpec(name: string, { pod: more, container }: Changes): PodSpec {
  return {
    containers: [{ name, image: `registry.example/${name}:1.0`, ...container }],
    ...more,
  };
}
