import { z } from "zod";
import { defineRule, notApplicable, pass, violation, whole } from "../../rule.ts";
import { shortType } from "../../model/resource.ts";
import type { Stack } from "../../model/stack.ts";

export default defineRule({
  id: "dr-region-unchanged",
  severity: "critical",
  title: "The stack is in the region that it was in before",
  remediation:
    "Undo the change of `aws:region` (or of the provider's region): it replaces every resource of the stack. " +
    "Another region is another stack.",
  covers: ["DR-18"],
  url: "https://github.com/pulumi/pulumi-aws/pull/4000",
  config: z.strictObject({}),
  check: whole(({ stack }) => {
    const { region: declared } = stack.objectives;
    if (stack.previous === undefined && declared === undefined) {
      return notApplicable(
        "neither the previous state (--previous FILE) nor objectives.region is given",
      );
    }
    const moved = stack.previous === undefined ? undefined : firstMove(stack.previous, stack);
    if (moved !== undefined) return violation(moved);
    const regions = regionsOf(stack);
    if (declared !== undefined && regions.length > 0 && !regions.includes(declared)) {
      return violation(
        `the stack belongs to ${declared} (objectives.region), its resources are in ${regions.join(", ")}: ` +
          "set the providers' region back",
      );
    }
    return pass;
  }),
});

function firstMove(before: Stack, after: Stack): string | undefined {
  for (const old of before.resources) {
    const now = after.get(old.urn);
    const from = before.regionIfKnown(old);
    const to = now && after.regionIfKnown(now);
    if (from === undefined || to === undefined || from === to) continue;
    return (
      `${shortType(old.type)} ${old.name} was in ${from} and would be in ${to}: ` +
      `the change replaces it, set the region back to ${from}`
    );
  }
  return undefined;
}

function regionsOf(stack: Stack): string[] {
  const regions = stack.resources
    .filter(({ type }) => type.startsWith("aws:"))
    .map((each) => stack.regionIfKnown(each));
  return [...new Set(regions.filter((each) => each !== undefined))].sort();
}
