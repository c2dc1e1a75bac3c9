import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type Built, type StackBuilder } from "../../testing/builder.ts";
import { auroraCluster, clusterInstance, database } from "../../testing/databases.ts";
import rule from "./clusters-spread.ts";

const members = (s: StackBuilder, cluster: Built, count: number) => {
  for (let i = 0; i < count; i += 1) {
    s.add(aws.rds.ClusterInstance, `member-${i}`, {
      clusterIdentifier: cluster.id,
      engine: "aurora-postgresql",
      instanceClass: "db.r7g.large",
    });
  }
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "two members, zones left to the service",
      stack: (s) => {
        members(s, auroraCluster(s), 2);
      },
      of: ["cluster"],
    },
    {
      title: "a Multi-AZ cluster",
      stack: (s) =>
        auroraCluster(s, {
          dbClusterInstanceClass: "db.m6gd.large",
          availabilityZones: ["a", "b", "c"],
        }),
    },
    {
      title: "enough that are sure, and one more that may be",
      stack: (s) => {
        const cluster = auroraCluster(s);
        members(s, cluster, 2);
        clusterInstance(s, { clusterIdentifier: notKnown() });
      },
    },
    {
      title: "a Multi-AZ cluster, beside a member of nobody knows which",
      stack: (s) => {
        auroraCluster(s, { dbClusterInstanceClass: "db.m6gd.large" });
        clusterInstance(s, { clusterIdentifier: notKnown() });
      },
    },
  ],
  violation: [
    {
      title: "one member",
      stack: (s) => {
        members(s, auroraCluster(s), 1);
      },
      says: "Cluster cluster has 1 members: add a ClusterInstance",
    },
    {
      title: "one zone",
      stack: (s) => {
        members(s, auroraCluster(s, { availabilityZones: ["eu-central-1a"] }), 2);
      },
      says: "is in eu-central-1a alone",
    },
  ],
  unknown: [
    {
      title: "whose member it is is not known",
      stack: (s) => {
        auroraCluster(s);
        clusterInstance(s, { clusterIdentifier: notKnown() });
      },
      says: "how many members Cluster cluster has",
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => database(s) }],
};
export default cases;
