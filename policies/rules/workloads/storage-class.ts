import { z } from "zod";
import { claimants, claimsOf } from "../../model/claims.ts";
import { together } from "../../model/outcomes.ts";
import { all, defineRule, each, failIf, notApplicable } from "../../rule.ts";

export default defineRule({
  id: "workloads-storage-class",
  severity: "medium",
  title: "Claims name the storage that they want",
  remediation:
    "Set `storageClassName`: what is the default class differs between clusters, and with it encryption and what happens to deleted volumes.",
  covers: ["KYV-require-storageclass", "KYV-restrict-storageclass"],
  url: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1",
  config: z.strictObject({
    allowed: z.array(z.string()).default([]).describe("Classes that are taken; none named: all"),
  }),
  check: each(claimants, (claimant, { config }) => {
    const claims = claimsOf(claimant);
    if (claims.length === 0) return notApplicable("it asks for no volume");
    return together(
      claims.map((claim) => {
        const path = `${claim.path}.storageClassName`;
        // An empty one takes a volume that was made by hand.
        const name = claim.string("storageClassName");
        return all(
          failIf(
            name === undefined,
            `${claimant.label} takes the cluster's default storage: set ${path}`,
          ),
          failIf(
            config.allowed.length > 0 && !config.allowed.includes(String(name)),
            `${claimant.label} takes storage of class ${String(name)}, ${config.allowed.join(" or ")} is wanted: change ${path}`,
          ),
        );
      }),
    );
  }),
});
