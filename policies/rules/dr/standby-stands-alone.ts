import { z } from "zod";
import {
  defineRule,
  failIf,
  notApplicable,
  pass,
  undecided,
  violation,
  type Verdict,
} from "../../rule.ts";
import { aws, custom } from "../../types.ts";
import type { Resource } from "../../model/resource.ts";
import type { Stack } from "../../model/stack.ts";

export default defineRule({
  id: "dr-standby-stands-alone",
  severity: "critical",
  title: "The standby needs nothing of the primary's region",
  remediation:
    "Pin every provider's region, disable the default ones, take StackReferences out (config or the recovery manifest hold what they told), " +
    "and read nothing in the primary's region.",
  covers: ["DR-17"],
  url: "https://docs.aws.amazon.com/whitepapers/latest/disaster-recovery-workloads-on-aws/disaster-recovery-options-in-the-cloud.html",
  config: z.strictObject({}),
  check: ({ stack }) => {
    if (stack.role !== "standby") {
      return [{ outcome: notApplicable("the stack is no standby (objectives.role)") }];
    }
    const references = stack.resources
      .filter(({ type }) => type === custom.stackReference)
      .map((resource): Verdict => ({
        resource,
        outcome: violation(
          `${resource.label} reads another stack, whose state may be gone with the primary: put what it tells into the configuration`,
        ),
      }));
    const regional = stack.resources
      .filter(({ type }) => type.startsWith("aws:") || type === aws.provider)
      .map((resource): Verdict => ({ resource, outcome: placeOf(resource, stack) }));
    const all = [...references, ...regional];
    return all.length > 0 ? all : [{ outcome: pass }];
  },
});

function placeOf(resource: Resource, stack: Stack) {
  const region = stack.regionIfKnown(resource);
  const primary = stack.objectives.primaryRegion ?? stack.setting("primaryRegion");
  if (region === undefined) {
    const pinned = resource.has("region") || resource.provider?.has("region") === true;
    return pinned
      ? undecided(`the region of ${resource.label} is not known yet`)
      : violation(
          `the region of ${resource.label} comes from the environment: set region on its provider`,
        );
  }
  return failIf(
    region === primary,
    `${resource.label} is in ${region}, the primary's region: it cannot be made or read on the day`,
  );
}
