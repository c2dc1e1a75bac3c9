import { z } from "zod";
import { brokerSettings, zonesOf } from "../../model/kafka.ts";
import { all, defineRule, each, failIf } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-broker-durable",
  severity: "critical",
  title: "Kafka acknowledges only what two replicas have, and never elects one that lacks it",
  remediation:
    "Give the cluster an `aws.msk.Configuration` with `default.replication.factor=3`, `min.insync.replicas=2`, " +
    "`unclean.leader.election.enable=false` and `auto.create.topics.enable=false`. MSK's own default allows unclean elections.",
  covers: ["DR-13"],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-default-configuration.html",
  config: z.strictObject({
    replicas: z.int().min(1).default(3).describe("Least default.replication.factor"),
    inSync: z.int().min(1).default(2).describe("Least min.insync.replicas"),
  }),
  check: each(aws.mskCluster, (cluster, { stack, config }) => {
    const { configuration, values } = brokerSettings(stack, cluster);
    const zones = zonesOf(cluster);
    const where =
      configuration === undefined
        ? "give the cluster an aws.msk.Configuration with"
        : `in serverProperties of ${configuration.label} set`;
    const atLeast = (name: string, least: number, usual: number) => {
      const value = Number(values.get(name) ?? usual);
      return failIf(
        !(value >= least),
        `${name} of ${cluster.label} is ${value}, ${least} is wanted: ${where} ${name}=${least}`,
      );
    };
    const off = (name: string, usual: string) =>
      failIf(
        (values.get(name) ?? usual) !== "false",
        `${name} of ${cluster.label} is ${values.get(name) ?? `${usual} by default`}: ${where} ${name}=false`,
      );
    // Defaults of the service, by the number of zones.
    return all(
      off("unclean.leader.election.enable", "true"),
      off("auto.create.topics.enable", "false"),
      atLeast("default.replication.factor", config.replicas, zones >= 3 ? 3 : 2),
      atLeast("min.insync.replicas", config.inSync, zones >= 3 ? 2 : 1),
    );
  }),
});
