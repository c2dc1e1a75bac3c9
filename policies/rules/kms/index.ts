import type { Rule } from "../../rule.ts";
import enabled from "./enabled.ts";
import lockoutChecked from "./lockout-checked.ts";
import policyClosed from "./policy-closed.ts";
import policySet from "./policy-set.ts";
import rotated from "./rotated.ts";

export const rules: readonly Rule[] = [enabled, lockoutChecked, policyClosed, policySet, rotated];
