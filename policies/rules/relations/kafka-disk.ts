import { z } from "zod";
import { brokerSettings, zonesOf } from "../../model/kafka.ts";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { needOf, needUndeclared } from "../../settings/need.ts";
import { sayBytes, saySeconds } from "../../settings/units.ts";
import { aws } from "../../types.ts";

const gibibyte = 2 ** 30;

export default defineRule({
  id: "relations-kafka-disk",
  severity: "high",
  title: "Disks of the brokers hold all events that a recovery needs, replicas included",
  remediation:
    "Raise `brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize` or the brokers: rate × time that a recovery needs × replicas must fit.",
  covers: [],
  url: "https://docs.aws.amazon.com/msk/latest/developerguide/msk-manage-storage.html",
  config: z.strictObject({
    usable: z
      .number()
      .positive()
      .max(1)
      .default(0.85)
      .describe("Part of the disks that may be used"),
  }),
  check: each(aws.mskCluster, (cluster, { stack, config }) => {
    const need = needOf(stack.objectives);
    const rate = stack.objectives.stream?.rate;
    if (need === undefined) return notApplicable(needUndeclared);
    if (rate === undefined) return notApplicable("objectives.stream.rate is not declared");
    if (cluster.string("storageMode") === "TIERED") {
      return notApplicable("tiered storage has no end of its disks");
    }
    const path = "brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize";
    const size = cluster.number(path);
    if (size === undefined) return notApplicable("the brokers have no disks of their own");
    const brokers = cluster.number("numberOfBrokerNodes") ?? 0;
    const usual = zonesOf(cluster) >= 3 ? 3 : 2;
    const replicas = Number(
      brokerSettings(stack, cluster).values.get("default.replication.factor") ?? usual,
    );
    const room = size * gibibyte * brokers * config.usable;
    const wanted = rate * need.seconds * replicas;
    return failIf(
      room < wanted,
      `${cluster.label} has room for ${sayBytes(room)} (${brokers} × ${size} GiB × ${config.usable}), ${sayBytes(wanted)} are needed: ` +
        `${sayBytes(rate)} a second × ${saySeconds(need.seconds)} × ${replicas} replicas; ` +
        `set ${path} to ${Math.ceil(wanted / config.usable / brokers / gibibyte)}`,
    );
  }),
});
