import type { Rule } from "../../rule.ts";
import disksSelected from "./disks-selected.ts";
import frequent from "./frequent.ts";
import kept from "./kept.ts";
import notDeletedByHand from "./not-deleted-by-hand.ts";
import planUsed from "./plan-used.ts";
import vaultEncrypted from "./vault-encrypted.ts";

export const rules: readonly Rule[] = [
  disksSelected,
  frequent,
  kept,
  notDeletedByHand,
  planUsed,
  vaultEncrypted,
];
