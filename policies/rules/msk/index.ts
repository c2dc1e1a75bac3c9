import type { Rule } from "../../rule.ts";
import tls from "./tls.ts";

export const rules: readonly Rule[] = [tls];
