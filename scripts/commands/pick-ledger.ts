import { z } from "zod";
import { objectsOf, pickChain } from "../backup/chains.ts";
import { totalBytes } from "../backup/objects.ts";
import { epochFolders } from "../archive/layout.ts";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { sourceLine } from "../fence/rehearsal.ts";
import type { PickedLedger } from "../ledger/picked.ts";
import { listEpochs } from "../ledger/store.ts";
import { endpointOf } from "../s3-access.ts";
import { ObjectStore } from "../vault/s3.ts";

export default defineCommand({
  name: "pick-ledger",
  summary: "Choose the newest backup chain of which this side of the vault has everything",
  params: z.object({
    recoveryId: z.string().optional().describe("for the record; not needed"),
    line: sourceLine,
    refuseEmpty: z
      .boolean()
      .optional()
      .describe("refuse a vault that holds neither a usable backup nor an archived event"),
    deep: z
      .boolean()
      .default(true)
      .describe("read every object of a candidate instead of trusting kept checksums"),
  }),
  async run(
    connection,
    { deep, refuseEmpty = false, line = connection.line },
    context,
  ): Promise<PickedLedger> {
    const { vault, trust } = requireParts(connection, ["vault"]);
    const store = new ObjectStore(vault);
    try {
      const { chain = [], rejected } = await pickChain(store, vault, line, trust, { deep });
      for (const { id, reason } of rejected) context.warn(`backup ${id} is not used: ${reason}`);
      const tip = chain.at(-1);
      if (tip === undefined && refuseEmpty && !(await hasEvents(store, vault.archive, line))) {
        throw new UserError(
          `the vault (${endpointOf(vault)}, buckets ${vault.backups} and ${vault.archive}) holds ` +
            `${rejected.length === 0 ? "no backup" : `no usable backup of ${rejected.length}`} and no archived ` +
            "event: a recovery from it would bring up an empty platform. Nothing was changed. Compare " +
            "recover:vaultName and recover:region with what the primary's stack says in its output standbyConfig.",
        );
      }
      context.progress(
        tip === undefined
          ? "no backup can be used: everything will come from the archive"
          : `backup ${tip.id} of epoch ${tip.epoch}, chain of ${chain.length}`,
      );
      const objects = objectsOf(chain);
      return {
        ledger: tip?.id ?? null,
        chain: chain.map(({ id }) => id),
        epoch: tip?.epoch ?? null,
        epochs: await listEpochs(store, vault.backups, line),
        createdAt: tip?.createdAt ?? null,
        objects: objects.length,
        bytes: totalBytes(objects),
        cuts: tip?.cut.partitions ?? [],
        rejected: [...rejected],
      };
    } finally {
      store.close();
    }
  },
});

async function hasEvents(store: ObjectStore, archive: string, line: string): Promise<boolean> {
  for await (const _object of store.list(archive, epochFolders(line))) return true;
  return false;
}
