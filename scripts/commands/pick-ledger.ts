import { z } from "zod";
import { objectsOf, pickChain } from "../backup/chains.ts";
import { totalBytes } from "../backup/objects.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { sourceLine } from "../fence/rehearsal.ts";
import type { PickedLedger } from "../ledger/picked.ts";
import { listEpochs } from "../ledger/store.ts";
import { ObjectStore } from "../vault/s3.ts";

export default defineCommand({
  name: "pick-ledger",
  summary: "Choose the newest backup chain of which this side of the vault has everything",
  params: z.object({
    recoveryId: z.string().optional().describe("for the record; not needed"),
    line: sourceLine,
    deep: z
      .boolean()
      .default(true)
      .describe("read every object of a candidate instead of trusting kept checksums"),
  }),
  async run(connection, { deep, line = connection.line }, context): Promise<PickedLedger> {
    const { vault, trust } = requireParts(connection, ["vault"]);
    const store = new ObjectStore(vault);
    try {
      const { chain = [], rejected } = await pickChain(store, vault, line, trust, { deep });
      for (const { id, reason } of rejected) context.warn(`backup ${id} is not used: ${reason}`);
      const tip = chain.at(-1);
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
