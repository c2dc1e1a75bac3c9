import type { Rule } from "../../rule.ts";
import versioned from "./versioned.ts";

export const rules: readonly Rule[] = [versioned];
