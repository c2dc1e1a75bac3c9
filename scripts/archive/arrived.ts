import type { Lacking, LackingPartition } from "../fence/handover.ts";
import type { CutPartition } from "../ledger/schema.ts";
import { listArchived, type ArchivedPartition } from "../proof/archive.ts";
import { identityKey } from "../proof/identity.ts";
import { firstRanges, RangesBuilder, size, subtract, union, type Ranges } from "../proof/ranges.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { parseKey } from "./layout.ts";
import { readRecords } from "./objects.ts";

type Store = Pick<ObjectStore, "list" | "listNames" | "getStream">;

export interface ArrivedIn {
  readonly store: Store;
  /** Of the archive. */
  readonly bucket: string;
  readonly line: string;
  /** Of the backup that is restored: below them nothing is looked for. */
  readonly cuts: readonly CutPartition[];
}

/**
 * Which offsets of a cluster neither a backup nor the archive's copy has. By the envelopes, as everywhere; an object is read
 * once, however often it is asked.
 */
export function lackingIn({ store, bucket, line, cuts }: ArrivedIn): Lacking {
  const read = new Set<string>();
  const found = new Map<string, RangesBuilder>();
  const from = new Map(cuts.map((cut) => [identityKey(cut), cut.contiguous]));

  const offsetsOf = async (of: ArchivedPartition, since: number): Promise<Ranges> => {
    const key = identityKey(of);
    const offsets = found.get(key) ?? new RangesBuilder();
    found.set(key, offsets);
    for (const folder of of.folders) {
      for await (const object of store.list(bucket, folder)) {
        const parsed = parseKey(object.key);
        if (parsed === undefined || parsed.lastOffset < since || read.has(object.key)) continue;
        for await (const { offset } of readRecords(store, bucket, object.key)) offsets.add(offset);
        read.add(object.key);
      }
    }
    return (of.mixed ?? []).reduce((all, each) => union(all, each.offsets), offsets.build());
  };

  return async (clusterId, { topicId, next }) => {
    const archived = new Map(
      (await listArchived(store, bucket, [line]))
        .filter((each) => each.clusterId === clusterId && each.topicId === topicId)
        .map((each) => [each.partition, each]),
    );
    const missing: LackingPartition[] = [];
    for (const [partition, end] of next.entries()) {
      const since = from.get(identityKey({ clusterId, topicId, partition })) ?? 0;
      if (since >= end) continue;
      const there = archived.get(partition);
      const offsets = there === undefined ? [] : await offsetsOf(there, since);
      const left = subtract([since, end - 1], offsets);
      const [first] = firstRanges(left, 1);
      if (first !== undefined) missing.push({ partition, offsets: size(left), first: first.from });
    }
    return missing;
  };
}
