import { z } from "zod";
import { defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "relations-window-covered",
  severity: "high",
  title: "The database can be brought back to every point that events can be brought back to",
  remediation:
    "Raise `backupRetentionPeriod` to the window (objectives.eventsWindow), 35 days at most, or declare a shorter window.",
  covers: ["DR-03"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database, { stack }) => {
    const { eventsWindow } = stack.objectives;
    if (eventsWindow === undefined) {
      return notApplicable("objectives.eventsWindow is not declared");
    }
    if (database.has("replicateSourceDb"))
      return notApplicable("a read replica has no own backups");
    const days =
      database.number("backupRetentionPeriod") ?? (database.type === aws.dbCluster ? 1 : 0);
    return failIf(
      days * 86_400 < eventsWindow,
      `${database.label} can go back ${days} days, events ${saySeconds(eventsWindow)} (objectives.eventsWindow): ` +
        `set backupRetentionPeriod to ${Math.ceil(eventsWindow / 86_400)}`,
    );
  }),
});
