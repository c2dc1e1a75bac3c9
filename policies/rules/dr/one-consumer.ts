import { z } from "zod";
import { consumersOf } from "../../model/consumers.ts";
import {
  advice,
  defineRule,
  notApplicable,
  pass,
  undecided,
  violation,
  whole,
} from "../../rule.ts";

export default defineRule({
  id: "dr-one-consumer",
  severity: "critical",
  title: "Exactly one stack consumes events",
  remediation:
    "Leave one stack `active`: its own `consumers` (a setting, an output, or objectives.consumers in the settings file); the others are `standby`.",
  covers: ["DR-16"],
  url: "https://kafka.apache.org/documentation/#intro_consumers",
  config: z.strictObject({}),
  check: whole(({ stack }) => {
    const all = consumersOf(stack);
    if (all.size === 0) {
      return notApplicable("no stack says whether it consumes (objectives.consumers, or its role)");
    }
    const active = [...all].filter(([, says]) => says !== "standby").map(([name]) => name);
    const failover = [...all].some(([, says]) => says === "failover");
    const listed = active.sort().join(" and ");
    if (active.length > 1) {
      const message = `${listed} would both consume events: set consumers of all but one to standby`;
      // The fence decides on the day of the disaster; the lost stack's settings still say "active".
      return failover
        ? advice(
            `${message}; while a standby takes over, its fence takes the old consumer's rights away`,
          )
        : violation(message);
    }
    if (active.length === 1) return pass;
    return all.size === 1
      ? undecided(
          "this stack does not consume; whether another one does is not given (--peer FILE)",
        )
      : violation(
          `none of ${[...all.keys()].sort().join(", ")} consumes events: set consumers of one to active`,
        );
  }),
});
