import { z } from "zod";
import { clickHouses } from "../../model/platform.ts";
import { defineRule, eachOf, failIf } from "../../rule.ts";
import { custom } from "../../types.ts";

export default defineRule({
  id: "dr-clickhouse-replicas",
  severity: "high",
  title: "Every shard of ClickHouse has two replicas or more",
  remediation:
    "Set `spec.configuration.clusters[].layout.replicasCount` to 2, or the StatefulSet's replicas.",
  covers: ["DR-15"],
  url: "https://github.com/Altinity/clickhouse-operator/blob/master/docs/replication_setup.md",
  config: z.strictObject({
    replicas: z.int().min(1).default(2).describe("Least replicas of a shard"),
  }),
  check: eachOf(clickHouses, "the stack has no ClickHouse", (cluster, { config }) => {
    const operated = cluster.type === custom.clickHouseInstallation;
    const counts = operated
      ? cluster
          .list("spec.configuration.clusters")
          .map((each) => each.number("layout.replicasCount") ?? 1)
      : [cluster.number("spec.replicas") ?? 1];
    const least = counts.length === 0 ? 1 : Math.min(...counts);
    return failIf(
      least < config.replicas,
      `a shard of ${cluster.label} has ${least} replicas, ${config.replicas} are wanted: set ` +
        (operated ? "spec.configuration.clusters[].layout.replicasCount" : "spec.replicas"),
    );
  }),
});
