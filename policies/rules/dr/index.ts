import type { Rule } from "../../rule.ts";
import databaseBackupsReplicated from "./database-backups-replicated.ts";
import protectedResources from "./protected.ts";
import regionUnchanged from "./region-unchanged.ts";

export const rules: readonly Rule[] = [
  protectedResources,
  databaseBackupsReplicated,
  regionUnchanged,
];
