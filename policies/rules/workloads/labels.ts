import { z } from "zod";
import { defineRule, each, failIf } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-labels",
  severity: "low",
  title: "StatefulSets say what they are and which install they belong to",
  remediation:
    "Set the labels `app.kubernetes.io/name` and `app.kubernetes.io/instance`: backups, restores and people on call find a store by them.",
  covers: ["PCR-kubernetes-apps-v1-statefulset-configure-recommended-labels"],
  url: "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
  config: z.strictObject({
    labels: z
      .array(z.string())
      .default(["app.kubernetes.io/name", "app.kubernetes.io/instance"])
      .describe("Labels that must be there"),
  }),
  check: each(kubernetes.statefulSet, (set, { config }) => {
    const labels = set.at("metadata.labels");
    const missing = config.labels.filter((label) => labels.entry(label) === undefined);
    return failIf(
      missing.length > 0,
      `${set.label} has no ${missing.join(" and ")}: add it to metadata.labels`,
    );
  }),
});
