import type { VaultSide } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";
import type { ReplaySource } from "./replay.ts";

/** Where a restored backup ends, per identity partition: the ledger's contiguous cut. */
export interface Cut {
  readonly clusterId: string;
  readonly topicId: string;
  readonly partition: number;
  /** First offset that the backup may lack. */
  readonly contiguous: number;
}

/**
 * Every cluster and topic that the archive of a line knows, with the backup's cuts. What no cut speaks
 * of is replayed whole: without any backup that is everything.
 */
export async function replaySources(
  vault: VaultSide,
  line: string,
  cuts: readonly Cut[],
): Promise<ReplaySource[]> {
  const store = new ObjectStore(vault);
  try {
    const places = new Map<string, { clusterId: string; topicId: string }>();
    const root = line === "main" ? "" : `${line}/`;
    for (const epoch of await store.listNames(vault.archive, root)) {
      if (!/^e\d+\/$/.test(epoch)) continue;
      for (const cluster of await store.listNames(vault.archive, root + epoch)) {
        for (const topic of await store.listNames(vault.archive, root + epoch + cluster)) {
          const place = { clusterId: cluster.slice(0, -1), topicId: topic.slice(0, -1) };
          places.set(`${place.clusterId}/${place.topicId}`, place);
        }
      }
    }
    return [...places.values()].map((place) => ({
      ...place,
      cuts: new Map(
        cuts
          .filter((cut) => cut.clusterId === place.clusterId && cut.topicId === place.topicId)
          .map((cut) => [cut.partition, cut.contiguous]),
      ),
    }));
  } finally {
    store.close();
  }
}
