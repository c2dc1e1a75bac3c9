import { z } from "zod";
import { clickHouses, ensembles } from "../../model/platform.ts";
import { together } from "../../model/outcomes.ts";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-claims-kept",
  severity: "high",
  title: "Volumes of StatefulSets stay when the set is deleted or scaled down",
  remediation:
    "Leave `persistentVolumeClaimRetentionPolicy` out, or set `whenDeleted` and `whenScaled` to Retain.",
  covers: ["DR-14"],
  url: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
  config: z.strictObject({
    except: z
      .string()
      .default("")
      .describe("Regular expression over names of StatefulSets whose data may be lost"),
  }),
  check: each(kubernetes.statefulSet, (set, { stack, config }) => {
    if (config.except !== "" && new RegExp(config.except).test(set.name)) {
      return notApplicable("its data may be lost (except)");
    }
    if (set.list("spec.volumeClaimTemplates").length === 0) {
      return notApplicable("it asks for no volume");
    }
    const outcome = together(
      ["whenDeleted", "whenScaled"].map((field) => {
        const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
        const policy = set.string(path) ?? "Retain";
        return failIf(
          policy !== "Retain",
          `${set.label} loses its volumes (${field}: ${policy}): set ${path} to Retain`,
        );
      }),
    );
    if (outcome.kind !== "violation") return outcome;
    // Last, as it looks at every set of the stack.
    const other = [...ensembles(stack), ...clickHouses(stack)].includes(set);
    return other ? notApplicable("dr-volumes-kept asks it of ZooKeeper and ClickHouse") : outcome;
  }),
});
