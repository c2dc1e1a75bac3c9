import { z } from "zod";
import { defineRule, each, pass, undecided, violation } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "backup-plan-used",
  severity: "high",
  title: "Every backup plan backs something up",
  remediation:
    "Add an `aws.backup.Selection` with the plan's id, and the resources by `resources` or `selectionTags`: a plan alone does nothing.",
  covers: [],
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html",
  config: z.strictObject({}),
  check: each(aws.backupPlan, (plan, { stack }) => {
    const { sure, maybe } = stack.pointingAt(plan, aws.backupSelection, "planId");
    const chooses = sure.some((each) => each.has("resources") || each.has("selectionTags"));
    if (chooses) return pass;
    if (maybe.length > 0)
      return undecided(`whether ${plan.label} has a selection is not known yet`);
    const [empty] = sure;
    return violation(
      empty === undefined
        ? `${plan.label} backs nothing up: add a Selection with its id`
        : `${plan.label} backs nothing up: set resources or selectionTags of ${empty.label}`,
    );
  }),
});
