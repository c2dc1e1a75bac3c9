import type { Rule } from "../../rule.ts";
import customerKey from "./customer-key.ts";
import privateSecrets from "./private.ts";
import recoverable from "./recoverable.ts";
import rotated from "./rotated.ts";

export const rules: readonly Rule[] = [customerKey, privateSecrets, recoverable, rotated];
