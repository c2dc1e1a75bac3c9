import { z } from "zod";
import { all, defineRule, each, failIf, undecided } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-clusters-spread",
  severity: "medium",
  title: "Database clusters have members in several zones",
  remediation:
    "List three `availabilityZones`, or leave them to the service, and have two members or more.",
  covers: [
    "cfg-rds-cluster-multi-az-enabled",
    "SH-RDS.15",
    "PCR-aws-rds-cluster-disallow-single-availability-zone",
  ],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
  config: z.strictObject({}),
  check: each(aws.dbCluster, (cluster, { stack }) => {
    const zones = cluster.strings("availabilityZones");
    const { sure, maybe } = stack.pointingAt(cluster, aws.dbClusterInstance, "clusterIdentifier");
    // A Multi-AZ cluster has its three members by itself.
    const own = cluster.has("dbClusterInstanceClass");
    if (!own && sure.length < 2 && maybe.length > 0) {
      return undecided(`how many members ${cluster.label} has is not known yet`);
    }
    return all(
      failIf(
        zones.length === 1,
        `${cluster.label} is in ${String(zones[0])} alone: list three availabilityZones, or none`,
      ),
      failIf(
        !own && sure.length < 2,
        `${cluster.label} has ${sure.length} members: add a ClusterInstance, two at least`,
      ),
    );
  }),
});
