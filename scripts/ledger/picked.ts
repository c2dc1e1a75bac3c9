import { z } from "zod";
import { backupId, cutPartition } from "./schema.ts";

/** Result of `pick-ledger`: what a recovery comes back to. Later steps take it as `picked`. */
export const picked = z.object({
  /** Id of the chosen backup; null when none can be used: everything comes from the archive. */
  ledger: backupId.nullable(),
  /** Full backup first, the chosen one last. */
  chain: z.array(backupId),
  /** Of the chosen backup. */
  epoch: z.int().positive().nullable(),
  /** Every epoch of the line that the vault's copy knows, ascending. */
  epochs: z.array(z.int().positive()),
  /** When the chosen backup's cut was taken. */
  createdAt: z.string().nullable(),
  /** Of the whole chain. */
  objects: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** First offset per identity partition that the backup does not claim to hold. */
  cuts: z.array(cutPartition),
  /** Newer backups that were passed over, and why. */
  rejected: z.array(z.object({ id: z.string(), reason: z.string() })),
});
export type PickedLedger = z.infer<typeof picked>;
