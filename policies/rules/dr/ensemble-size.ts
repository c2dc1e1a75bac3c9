import { z } from "zod";
import { ensembles } from "../../model/platform.ts";
import { defineRule, failIf, eachOf } from "../../rule.ts";

export default defineRule({
  id: "dr-ensemble-size",
  severity: "high",
  title: "A ZooKeeper ensemble has an odd number of members, at least three",
  remediation:
    "Set `spec.replicas` to 3 or 5: an even number survives no more losses than the odd one below it.",
  covers: ["DR-14"],
  url: "https://zookeeper.apache.org/doc/current/zookeeperAdmin.html#sc_zkMulitServerSetup",
  config: z.strictObject({}),
  check: eachOf(ensembles, "the stack has no ZooKeeper ensemble", (ensemble) => {
    const members = ensemble.number("spec.replicas") ?? 1;
    return failIf(
      members < 3 || members % 2 === 0,
      `${ensemble.label} has ${members} members: set spec.replicas to ${Math.max(3, members + 1)}`,
    );
  }),
});
