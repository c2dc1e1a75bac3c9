import * as aws from "@pulumi/aws";
import type { Built, StackBuilder } from "./builder.ts";

/** A PostgreSQL instance as a program without any care writes it. */
export function database(
  s: StackBuilder,
  more: Partial<aws.rds.InstanceArgs> = {},
  name = "db",
): Built {
  return s.add(aws.rds.Instance, name, {
    engine: "postgres",
    instanceClass: "db.m7g.large",
    ...more,
  });
}

export function auroraCluster(s: StackBuilder, more: Partial<aws.rds.ClusterArgs> = {}): Built {
  return s.add(aws.rds.Cluster, "cluster", { engine: "aurora-postgresql", ...more });
}

export function clusterInstance(
  s: StackBuilder,
  more: Partial<aws.rds.ClusterInstanceArgs> = {},
): Built {
  return s.add(aws.rds.ClusterInstance, "member", {
    clusterIdentifier: "cluster",
    engine: "aurora-postgresql",
    instanceClass: "db.r7g.large",
    ...more,
  });
}
