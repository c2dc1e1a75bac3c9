import { z } from "zod";
import { objectsOf } from "../backup/chains.ts";
import { findFaults, type ObjectFault, totalBytes } from "../backup/objects.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { resolveChain } from "../ledger/chain.ts";
import { publicKeyOf } from "../ledger/sign.ts";
import { readLedgers } from "../ledger/store.ts";
import { ObjectStore } from "../vault/s3.ts";
import { endpointOf } from "../s3-access.ts";

export interface VerifyBackupResult {
  readonly ok: boolean;
  /** The backup that was looked at; null when this side has none. */
  readonly id: string | null;
  readonly chain: readonly string[];
  readonly objects: number;
  readonly bytes: number;
  readonly deep: boolean;
  /** What is wrong with the ledgers; empty when nothing is. */
  readonly problems: readonly string[];
  /** The first 100 objects that are not as the ledgers say. */
  readonly faults: readonly ObjectFault[];
}

export default defineCommand({
  name: "verify-backup",
  summary:
    "Check a backup's signature, chain and objects on this side; exit 1 when it cannot be restored",
  params: z.object({
    id: z.string().optional().describe("backup to check; default: the newest of the highest epoch"),
    deep: z
      .boolean()
      .default(false)
      .describe("read every object instead of trusting kept checksums"),
  }),
  async run(connection, { id, deep }): Promise<VerifyBackupResult> {
    const { vault, line, signing } = requireParts(connection, ["vault"]);
    const trust = {
      ...connection.trust,
      ...(signing === undefined ? {} : publicKeyOf(signing)),
    };
    const store = new ObjectStore(vault);
    const red = (problem: string, of: string | null): VerifyBackupResult => ({
      ok: false,
      id: of,
      chain: [],
      objects: 0,
      bytes: 0,
      deep,
      problems: [problem],
      faults: [],
    });
    try {
      const found = await readLedgers(store, vault.backups, line, trust);
      const [newest] = found.toSorted((a, b) => b.epoch - a.epoch || (a.id < b.id ? 1 : -1));
      const wanted = id === undefined ? newest : found.find((each) => each.id === id);
      if (wanted === undefined) {
        const what = id === undefined ? "no backup at all" : `no backup ${id}`;
        return red(
          `${endpointOf(vault)}/${vault.backups} holds ${what} of line "${line}"`,
          id ?? null,
        );
      }
      if (!wanted.opened.ok) return red(wanted.opened.reason, wanted.id);
      const byId = new Map(found.map((each) => [each.id, each.opened]));
      const resolved = resolveChain(wanted.opened.ledger, byId);
      if (!resolved.ok) return red(resolved.reason, wanted.id);
      const objects = objectsOf(resolved.chain);
      const faults = await findFaults(store, vault, objects, { deep });
      return {
        ok: faults.length === 0,
        id: wanted.id,
        chain: resolved.chain.map((ledger) => ledger.id),
        objects: objects.length,
        bytes: totalBytes(objects),
        deep,
        problems: [],
        faults,
      };
    } finally {
      store.close();
    }
  },
  exitCode: ({ ok }) => (ok ? 0 : 1),
});
