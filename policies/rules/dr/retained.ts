import { z } from "zod";
import { holdsNothing, saysItHoldsNothing } from "../../model/data.ts";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws, kubernetes } from "../../types.ts";

export default defineRule({
  id: "dr-retained",
  severity: "medium",
  title: "Databases, buckets and clusters stay when they leave the program",
  remediation:
    "Set the resource option `retainOnDelete: true`: what is unprotected and removed from the program is then forgotten, not deleted.",
  covers: ["DR-01"],
  url: "https://www.pulumi.com/docs/iac/concepts/options/retainondelete/",
  config: z.strictObject({}),
  check: each(
    [aws.dbInstance, aws.dbCluster, aws.bucket, aws.mskCluster, kubernetes.volumeClaim],
    (resource, { stack }) =>
      // The engine does not hand this option to policies.
      stack.source === "engine"
        ? notApplicable("only exported state and saved previews tell it: `npm run policy`")
        : resource.type === aws.bucket && saysItHoldsNothing(resource)
          ? notApplicable(holdsNothing)
          : failIf(
              resource.facts.retainOnDelete !== true,
              `${resource.label} would be deleted with its data: set \`retainOnDelete: true\``,
            ),
  ),
});
