import type { Rule } from "../../rule.ts";
import customerKey from "./customer-key.ts";
import encrypted from "./encrypted.ts";
import kept from "./kept.ts";

export const rules: readonly Rule[] = [customerKey, encrypted, kept];
