import type { Rule } from "../../rule.ts";
import backupsKept from "./backups-kept.ts";

export const rules: readonly Rule[] = [backupsKept];
