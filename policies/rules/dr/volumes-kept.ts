import { z } from "zod";
import { clickHouses, ensembles } from "../../model/platform.ts";
import { all, defineRule, eachOf, failIf } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "dr-volumes-kept",
  severity: "high",
  title: "Volumes of ZooKeeper and ClickHouse outlive their pods and sets",
  remediation:
    "Give the set `volumeClaimTemplates`, and leave `persistentVolumeClaimRetentionPolicy` out (Retain) or set both of its fields to Retain.",
  covers: ["DR-14"],
  url: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
  config: z.strictObject({}),
  check: eachOf(
    (stack) =>
      [...ensembles(stack), ...clickHouses(stack)].filter(
        ({ type }) => type === kubernetes.statefulSet,
      ),
    "the stack has no StatefulSet of ZooKeeper or ClickHouse",
    (set) => {
      const kept = (field: string) => {
        const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
        return failIf(
          (set.string(path) ?? "Retain") !== "Retain",
          `${set.label} deletes its volumes: set ${path} to Retain`,
        );
      };
      return all(
        failIf(
          set.list("spec.volumeClaimTemplates").length === 0,
          `data of ${set.label} is gone with its pods: add spec.volumeClaimTemplates`,
        ),
        kept("whenDeleted"),
        kept("whenScaled"),
      );
    },
  ),
});
