import type { VaultSide } from "../connection.ts";
import { type Found, type Picked, pickNewest } from "../ledger/chain.ts";
import type { Ledger, LedgerObject } from "../ledger/schema.ts";
import { readLedgers } from "../ledger/store.ts";
import type { Trust } from "../ledger/sign.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { findFaults } from "./objects.ts";

/** Everything that a restore of this chain reads. */
export function objectsOf(chain: readonly Ledger[]): LedgerObject[] {
  return chain.flatMap(({ objects }) => objects);
}

/**
 * The newest chain of which this side has every object as the ledgers say.
 * @param accept limits the candidates, for example to one epoch
 */
export async function pickChain(
  store: ObjectStore,
  vault: VaultSide,
  line: string,
  trust: Trust,
  options: { readonly deep: boolean; readonly accept?: (found: Found) => boolean },
): Promise<Picked> {
  const { accept = () => true, deep } = options;
  const found = (await readLedgers(store, vault.backups, line, trust)).filter(accept);
  return pickNewest(found, line, async (chain) => {
    const [fault] = await findFaults(store, vault, objectsOf(chain), { deep, stopAfter: 1 });
    if (fault === undefined) return undefined;
    const owner = chain.find(({ objects }) => objects.some(({ key }) => key === fault.key));
    return `of ${owner?.id ?? "its chain"} the object ${fault.key}: ${fault.detail}`;
  });
}
