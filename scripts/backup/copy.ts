import type { VaultSide } from "../connection.ts";
import { epochPrefix } from "../archive/layout.ts";
import { readRecords } from "../archive/objects.ts";
import type { Ledger } from "../ledger/schema.ts";
import type { Trust } from "../ledger/sign.ts";
import type { ObjectInfo, ObjectStore } from "../vault/s3.ts";
import { pickChain } from "./chains.ts";

/** One side of the vault, open. */
export interface OpenSide {
  readonly store: ObjectStore;
  readonly side: VaultSide;
}

export interface CopyState {
  /** Newest backup of the epoch of which the copy has everything; null: none. */
  readonly ledger: string | null;
  readonly createdAt: string | null;
  /** Why newer ones are not used. */
  readonly rejected: readonly { readonly id: string; readonly reason: string }[];
  /** Objects of the archive that the copy has. */
  readonly archived: number;
  /** Archived before there was a copy: all their events are in the backup. */
  readonly covered: number;
  /** Their events are neither in the backup nor in the copy's archive. The first 20. */
  readonly uncovered: readonly string[];
}

/** Whether the other region alone would be enough now. */
export function isEnough({ ledger, uncovered }: CopyState): boolean {
  return ledger !== null && uncovered.length === 0;
}

const shown = 20;

/**
 * What a recovery from the copy would find. Replication is unordered and leaves out what was there before it:
 * an archived object that the copy lacks is no loss only when each of its events lies below the cut of a backup that the
 * copy has whole. Its name is not believed; its envelopes are read.
 *
 * @param known keys that were found to be covered by an earlier look at the same or an older backup; added to
 */
export async function lookAtCopy(
  near: OpenSide,
  copy: OpenSide,
  of: { readonly line: string; readonly epoch: number; readonly trust: Trust },
  known: Set<string> = new Set(),
): Promise<CopyState> {
  const { line, epoch, trust } = of;
  const { chain = [], rejected } = await pickChain(copy.store, copy.side, line, trust, {
    deep: false,
    accept: (found) => found.epoch === epoch,
  });
  const tip = chain.at(-1);
  const cuts = cutsOf(tip);
  const prefix = `${epochPrefix(epoch, line)}/`;
  const uncovered: string[] = [];
  let [archived, covered] = [0, 0];
  for await (const [object, there] of pairs(near, copy, prefix)) {
    if (there?.size === object.size) archived++;
    else if (known.has(object.key) || (await isCovered(near, object.key, cuts))) {
      known.add(object.key);
      covered++;
    } else if (uncovered.length < shown) uncovered.push(object.key);
  }
  return {
    ledger: tip?.id ?? null,
    createdAt: tip?.createdAt ?? null,
    rejected: [...rejected],
    archived,
    covered,
    uncovered,
  };
}

/** First offset that a backup does not hold, by `clusterId/topicId/topic/partition`. */
function cutsOf(tip: Ledger | undefined): ReadonlyMap<string, number> {
  return new Map(
    tip?.cut.partitions.map(({ clusterId, topicId, topic, partition, contiguous }) => [
      [clusterId, topicId, topic, partition].join("/"),
      contiguous,
    ]),
  );
}

/** Both lists are in key order: each object here, with the one of that key there. */
async function* pairs(
  near: OpenSide,
  copy: OpenSide,
  prefix: string,
): AsyncGenerator<[ObjectInfo, ObjectInfo | undefined], void, undefined> {
  const there = copy.store.list(copy.side.archive, prefix);
  let other = await there.next();
  for await (const object of near.store.list(near.side.archive, prefix)) {
    while (other.done !== true && other.value.key < object.key) other = await there.next();
    yield [object, other.done !== true && other.value.key === object.key ? other.value : undefined];
  }
}

/** @see layout.ts and firehose.ts: below the topic's folder both layouts hold envelopes */
async function isCovered(
  { store, side }: OpenSide,
  key: string,
  cuts: ReadonlyMap<string, number>,
): Promise<boolean> {
  const folder = /(?:^|\/)e\d+\/([^/]+\/[^/]+\/[^/]+)\//.exec(key)?.[1];
  // No archive object's name: no reader would look at it either.
  if (folder === undefined) return true;
  if (cuts.size === 0) return false;
  for await (const { partition, offset } of readRecords(store, side.archive, key)) {
    if (offset >= (cuts.get(`${folder}/${partition}`) ?? 0)) return false;
  }
  return true;
}
