import { pickChain } from "../backup/chains.ts";
import { requireParts, type Connection } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { currentFence } from "../fence/epoch.ts";
import { readLease } from "../fence/lease.ts";
import { publicKeyOf } from "../ledger/sign.ts";
import { ObjectStore } from "../vault/s3.ts";
import { readAnnouncement } from "./announcements.ts";
import type { Facts } from "./judge.ts";

/** What control bucket and vault tell about a stack. */
export async function factsOf(connection: Connection): Promise<Facts> {
  const { control, line, stack, owner, epoch, role } = requireParts(connection, ["control"]);
  const backup = await newestBackup(connection);
  return withControl(control, async (store) => {
    const fence = await currentFence(store, line);
    return {
      now: Date.now(),
      stack,
      owner,
      epoch,
      line,
      replicates: role === "primary" && line === "main",
      fence,
      lease: await readLease(store, line, fence?.epoch ?? epoch),
      archiver: await readAnnouncement(store, line, "archiver"),
      replicator: await readAnnouncement(store, line, "replicator"),
      proof: await readAnnouncement(store, line, "proof"),
      backup,
    };
  });
}

/** The newest backup of this side's vault, and whether all that a restore of it reads is there. */
async function newestBackup({ vault, line, trust, signing }: Connection): Promise<Facts["backup"]> {
  if (vault === undefined) return undefined;
  const store = new ObjectStore(vault);
  try {
    const trusted = { ...trust, ...(signing === undefined ? {} : publicKeyOf(signing)) };
    const { chain, rejected } = await pickChain(store, vault, line, trusted, { deep: false });
    const tip = chain?.at(-1);
    const [passed] = rejected;
    return {
      id: tip?.id ?? null,
      epoch: tip?.epoch ?? null,
      createdAt: tip?.createdAt ?? null,
      ok: tip !== undefined && passed === undefined,
      problem: passed === undefined ? null : `backup ${passed.id}: ${passed.reason}`,
    };
  } finally {
    store.close();
  }
}
