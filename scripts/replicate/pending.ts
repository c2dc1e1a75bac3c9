import { parseKey } from "../archive/layout.ts";

/** What has not arrived at the other side. */
export interface PendingSummary {
  readonly objects: number;
  readonly offsets: number;
  /** Of the oldest write; 0 when everything has arrived. */
  readonly ageSeconds: number;
}

/** @param now milliseconds since 1970 */
export function summaryOf(
  jobs: readonly { readonly writtenAt: number; readonly offsets: number }[],
  now: number,
): PendingSummary {
  let oldest = now;
  let offsets = 0;
  for (const job of jobs) {
    oldest = Math.min(oldest, job.writtenAt);
    offsets += job.offsets;
  }
  return { objects: jobs.length, offsets, ageSeconds: (now - oldest) / 1000 };
}

/**
 * How many offsets each archive object stands for: a name tells its last one, and a listing gives a
 * partition's names in the order of their offsets.
 *
 * Objects of a Firehose stream count as objects alone: their names tell no offset, and none comes this way.
 * Firehose writes on AWS, where S3 itself replicates; this replicator is the local platform's.
 */
export class OffsetSpans {
  /** By cluster, topic and partition: an epoch's first object goes on where the epoch before ended. */
  readonly #last = new Map<string, number>();

  /** Offsets between the object before it and its last one; 0 for a key that is no archive object. */
  of(key: string): number {
    const parsed = parseKey(key);
    if (parsed === undefined) return 0;
    const partition = key.slice(0, key.lastIndexOf("/")).replace(/^(.*\/)?e\d+\//, "");
    const before = this.#last.get(partition) ?? -1;
    this.#last.set(partition, parsed.lastOffset);
    return Math.max(0, parsed.lastOffset - before);
  }
}
