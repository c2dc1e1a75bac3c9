import { z } from "zod";
import { ensembles } from "../../model/platform.ts";
import { commandLine, containersOf } from "../../model/workload.ts";
import { defineRule, eachOf, failIf } from "../../rule.ts";
import type { Stack } from "../../model/stack.ts";
import { kubernetes } from "../../types.ts";

/** Variables of the usual images: docker.io/library/zookeeper, and Bitnami's. */
const variables = /^(ZOO|ZK)_AUTOPURGE_(PURGE)?INTERVAL$/;
const setting = /autopurge\.purgeInterval\s*[=:]\s*(\d+)/;

export default defineRule({
  id: "dr-ensemble-tidy",
  severity: "medium",
  title: "ZooKeeper removes old snapshots and logs before its disk is full",
  remediation:
    "Set `autopurge.purgeInterval` to 1 (hour) or more, for the official image by the variable ZOO_AUTOPURGE_PURGEINTERVAL; by default it is off.",
  covers: ["DR-14"],
  url: "https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_advancedConfiguration",
  config: z.strictObject({}),
  check: eachOf(ensembles, "the stack has no ZooKeeper ensemble", (ensemble, { stack }) => {
    const containers = containersOf(ensemble);
    const fromVariables = containers.flatMap((each) =>
      each
        .list("env")
        .filter((variable) => variables.test(String(variable.string("name"))))
        .map((variable) => variable.number("value") ?? 0),
    );
    const texts = [...containers.map(commandLine), ...configTexts(stack)];
    const fromTexts = texts.map((text) => Number(setting.exec(text)?.[1] ?? 0));
    return failIf(
      Math.max(0, ...fromVariables, ...fromTexts) < 1,
      `${ensemble.label} keeps every snapshot and log until its disk is full: set autopurge.purgeInterval to 1`,
    );
  }),
});

/** Texts of the stack's config maps, where a `zoo.cfg` may be. @throws NotKnown */
function configTexts(stack: Stack): string[] {
  return stack.of(kubernetes.configMap).flatMap((map) => {
    const data = map.at("data");
    return data.keys("").map((key) => String(data.entry(key)?.string("")));
  });
}
