import { UserError } from "../command.ts";
import type { VaultSide } from "../connection.ts";
import type { SourceCut } from "../clickhouse/contenthash.ts";
import { resolveChain } from "../ledger/chain.ts";
import type { CutPartition, Ledger } from "../ledger/schema.ts";
import type { Trust } from "../ledger/sign.ts";
import { readLedgers } from "../ledger/store.ts";
import { ObjectStore } from "../vault/s3.ts";
import { endpointOf } from "../s3-access.ts";

/**
 * A ledger by its id, with its chain, from this side of the vault.
 * @throws UserError when it or a ledger that it adds to is missing, altered or not trusted.
 */
export async function openChain(
  vault: VaultSide,
  line: string,
  trust: Trust,
  id: string,
): Promise<readonly Ledger[]> {
  const store = new ObjectStore(vault);
  try {
    const found = await readLedgers(store, vault.backups, line, trust);
    const byId = new Map(found.map((each) => [each.id, each.opened]));
    const tip = byId.get(id);
    if (tip === undefined) throw unusable(id, vault, "its ledger is not there");
    if (!tip.ok) throw unusable(id, vault, tip.reason);
    const resolved = resolveChain(tip.ledger, byId);
    if (!resolved.ok) throw unusable(id, vault, resolved.reason);
    return resolved.chain;
  } finally {
    store.close();
  }
}

function unusable(id: string, vault: VaultSide, reason: string): UserError {
  return new UserError(
    `the backup ${id} cannot be used from ${endpointOf(vault)}/${vault.backups}: ${reason}. Nothing was ` +
      "changed. Choose again with `pick-ledger`: it takes the newest chain that is whole.",
  );
}

/** A ledger's cut by source, as content hashes and replay take it. */
export function sourceCuts(
  partitions: readonly CutPartition[],
): (SourceCut & { readonly topic: string })[] {
  const bySource = new Map<
    string,
    { readonly of: CutPartition; readonly next: Map<number, number> }
  >();
  for (const cut of partitions) {
    const key = `${cut.clusterId}/${cut.topicId}`;
    const source = bySource.get(key) ?? { of: cut, next: new Map<number, number>() };
    source.next.set(cut.partition, cut.contiguous);
    bySource.set(key, source);
  }
  return [...bySource.values()].map(({ of: { clusterId, topicId, topic }, next }) => ({
    clusterId,
    topicId,
    topic,
    next,
  }));
}
