import { IS_CONTROL, IS_TRANSACTIONAL } from "@platformatic/kafka";
import type { fetchV17, RecordsBatch } from "@platformatic/kafka";

/** Batches that hold records, committed or not. */
export function dataBatches(batches: readonly RecordsBatch[]): RecordsBatch[] {
  return batches.filter((batch) => (batch.attributes & IS_CONTROL) === 0);
}

/**
 * Batches that no aborted transaction wrote. The broker names, for what it returned, each aborted
 * transaction's producer and first offset; it ends at that producer's next abort marker, which may
 * lie beyond this response (message format of Kafka, "Control Batches").
 */
export function committedBatches(
  response: Pick<fetchV17.FetchResponsePartition, "abortedTransactions">,
  batches: readonly RecordsBatch[],
): RecordsBatch[] {
  const upcoming = [...response.abortedTransactions].sort((a, b) =>
    a.firstOffset < b.firstOffset ? -1 : 1,
  );
  const aborted = new Set<bigint>();
  return batches.filter((batch) => {
    const lastOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    for (
      let first = upcoming[0];
      first !== undefined && first.firstOffset <= lastOffset;
      first = upcoming[0]
    ) {
      aborted.add(first.producerId);
      upcoming.shift();
    }
    if ((batch.attributes & IS_CONTROL) !== 0) {
      if (isAbortMarker(batch)) aborted.delete(batch.producerId);
      return false;
    }
    return (batch.attributes & IS_TRANSACTIONAL) === 0 || !aborted.has(batch.producerId);
  });
}

/** A control record's key: version (int16), type (int16), 0 being abort. */
function isAbortMarker(batch: RecordsBatch): boolean {
  const key = batch.records[0]?.key;
  return key != null && key.length >= 4 && key.readInt16BE(2) === 0;
}
