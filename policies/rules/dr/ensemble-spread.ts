import { z } from "zod";
import { ensembles } from "../../model/platform.ts";
import { podOf } from "../../model/workload.ts";
import { defineRule, eachOf, failIf } from "../../rule.ts";

export default defineRule({
  id: "dr-ensemble-spread",
  severity: "high",
  title: "Members of a ZooKeeper ensemble are in different zones",
  remediation:
    "Add a `topologySpreadConstraints` entry with topologyKey topology.kubernetes.io/zone, maxSkew 1 and whenUnsatisfiable DoNotSchedule, " +
    "or a required podAntiAffinity over that key.",
  covers: ["DR-14"],
  url: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
  config: z.strictObject({
    topologyKey: z
      .string()
      .default("topology.kubernetes.io/zone")
      .describe("Label of nodes that tells what may be lost at once"),
  }),
  check: eachOf(ensembles, "the stack has no ZooKeeper ensemble", (ensemble, { config }) => {
    const pod = podOf(ensemble);
    const spread = pod
      .list("topologySpreadConstraints")
      .some(
        (each) =>
          each.string("topologyKey") === config.topologyKey &&
          each.string("whenUnsatisfiable") === "DoNotSchedule",
      );
    const apart = pod
      .list("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution")
      .some((each) => each.string("topologyKey") === config.topologyKey);
    return failIf(
      !spread && !apart,
      `all members of ${ensemble.label} may be in one place: spread them over ${config.topologyKey} (topologySpreadConstraints)`,
    );
  }),
});
