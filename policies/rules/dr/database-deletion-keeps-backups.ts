import { z } from "zod";
import { all, defineRule, each, failIf, notApplicable } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "dr-database-deletion-keeps-backups",
  severity: "high",
  title: "Deleting a database leaves its backups, and a last snapshot",
  remediation:
    "Set `deleteAutomatedBackups: false`, `skipFinalSnapshot: false`, and a `finalSnapshotIdentifier` that no earlier snapshot has.",
  covers: ["DR-04"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database) => {
    if (database.has("replicateSourceDb"))
      return notApplicable("a read replica has no own backups");
    return all(
      failIf(
        database.boolean("deleteAutomatedBackups") ?? true,
        `deleting ${database.label} deletes its automated backups: set deleteAutomatedBackups to false`,
      ),
      failIf(
        database.boolean("skipFinalSnapshot") ?? false,
        `deleting ${database.label} takes no last snapshot: set skipFinalSnapshot to false`,
      ),
    );
  }),
});
