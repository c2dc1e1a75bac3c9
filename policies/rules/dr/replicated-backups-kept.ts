import { z } from "zod";
import { all, defineRule, each, failIf } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-replicated-backups-kept",
  severity: "high",
  title: "Replicated backups are kept as long as those they copy, and as long as one must go back",
  remediation:
    "Set `retentionPeriod` of the InstanceAutomatedBackupsReplication to the database's backupRetentionPeriod or more; its default is 7 days.",
  covers: ["DR-03"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/AutomatedBackups.Replicating.Enable.html",
  config: z.strictObject({}),
  check: each(aws.dbBackupReplication, (copy, { stack }) => {
    const days = copy.number("retentionPeriod") ?? 7;
    const source = stack.target(copy, "sourceDbInstanceArn", aws.dbInstance);
    const { eventsWindow } = stack.objectives;
    const kept = source.resource?.number("backupRetentionPeriod") ?? 0;
    return all(
      failIf(
        days * 86_400 < (eventsWindow ?? 0),
        `${copy.label} keeps ${days} days, one must be able to go back ${saySeconds(eventsWindow ?? 0)} (objectives.eventsWindow): ` +
          `set retentionPeriod to ${Math.ceil((eventsWindow ?? 0) / 86_400)} or more`,
      ),
      failIf(
        days < kept,
        `${copy.label} keeps ${days} days, its database ${kept}: set retentionPeriod to ${kept}`,
      ),
    );
  }),
});
