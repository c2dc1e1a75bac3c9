import { z } from "zod";
import { defineRule, failIf, notApplicable, whole } from "../../rule.ts";
import { restoreSeconds } from "../../settings/need.ts";
import { sayBytes, saySeconds } from "../../settings/units.ts";

export default defineRule({
  id: "relations-restore-within-rto",
  severity: "critical",
  title: "A restore is done within the promised time",
  remediation:
    "Restore faster (more shards, larger disks), keep less, or promise less: fixed time + declared size ÷ measured throughput ≤ objectives.rto.",
  covers: [],
  url: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_planning_for_recovery_objective_defined_recovery.html",
  config: z.strictObject({}),
  check: whole(({ stack }) => {
    const { restore, rto } = stack.objectives;
    if (restore === undefined || rto === undefined) {
      return notApplicable("objectives.restore and objectives.rto are not declared");
    }
    const seconds = restoreSeconds(restore);
    return failIf(
      seconds > rto,
      `a restore takes ${saySeconds(Math.ceil(seconds))} (${saySeconds(restore.fixed)} + ${sayBytes(restore.size)} ÷ ${sayBytes(restore.throughput)} a second), ` +
        `${saySeconds(rto)} are promised: raise objectives.restore.throughput by more shards, or objectives.rto`,
    );
  }),
});
