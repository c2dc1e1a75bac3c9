import { GetObjectLockConfigurationCommand, S3ServiceException } from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import type { LedgerObject } from "../ledger/schema.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { sha256Stream } from "../vault/hash.ts";

/** What was written under a prefix, hashed by reading it back: memory stays bounded by a few chunks. */
export async function describeObjects(
  store: ObjectStore,
  bucket: string,
  prefixes: readonly string[],
): Promise<{ objects: LedgerObject[]; lockUntil: Date | undefined }> {
  const limit = pLimit(4);
  const found: Promise<LedgerObject>[] = [];
  const retention = await defaultRetention(store, bucket);
  let lockUntil: Date | undefined;
  for (const prefix of prefixes) {
    for await (const { key } of store.list(bucket, prefix)) {
      found.push(
        limit(async () => {
          const head = await store.head(bucket, key);
          const stream = await store.getStream(bucket, key);
          if (head === undefined || stream === undefined) {
            throw new Error(`${key} went away while it was hashed`);
          }
          const lockedUntil =
            head.lockedUntil ??
            (retention === 0 ? undefined : new Date(head.lastModified.getTime() + retention));
          if (lockedUntil !== undefined && (lockUntil === undefined || lockedUntil < lockUntil)) {
            lockUntil = lockedUntil;
          }
          return { bucket: "backups", key, ...(await sha256Stream(stream)) };
        }),
      );
    }
  }
  const objects = await Promise.all(found);
  return { objects: objects.sort((a, b) => (a.key < b.key ? -1 : 1)), lockUntil };
}

/**
 * How long the bucket keeps a new object, ms; 0 without a rule. Not every server tells it for an
 * object whose retention is the bucket's (versitygw 1.x does not).
 */
async function defaultRetention(store: ObjectStore, bucket: string): Promise<number> {
  try {
    const { ObjectLockConfiguration: lock } = await store.client.send(
      new GetObjectLockConfigurationCommand({ Bucket: bucket }),
    );
    const { Days = 0, Years = 0 } = lock?.Rule?.DefaultRetention ?? {};
    return (Days + 365 * Years) * 86_400_000;
  } catch (error) {
    if (error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 500) < 500) {
      return 0;
    }
    throw error;
  }
}

/** One object that is not what the ledger says. */
export interface ObjectFault {
  readonly key: string;
  readonly fault: "missing" | "size" | "content";
  readonly detail: string;
}

/**
 * Compares objects of this side with what ledgers say of them. Sizes and the checksums that the
 * server kept; what has none, and everything when `deep`, is read.
 * @returns the faults found before the first `stopAfter` of them. @default stopAfter 100
 */
export async function findFaults(
  store: ObjectStore,
  buckets: { readonly backups: string; readonly archive: string },
  objects: readonly LedgerObject[],
  options: { readonly deep: boolean; readonly stopAfter?: number },
): Promise<ObjectFault[]> {
  const limit = pLimit(8);
  const stopAfter = options.stopAfter ?? 100;
  const faults: ObjectFault[] = [];
  await Promise.all(
    objects.map((object) =>
      limit(async () => {
        if (faults.length >= stopAfter) return;
        const fault = await faultOf(store, buckets[object.bucket], object, options.deep);
        if (fault !== undefined) faults.push(fault);
      }),
    ),
  );
  return faults.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function faultOf(
  store: ObjectStore,
  bucket: string,
  object: LedgerObject,
  deep: boolean,
): Promise<ObjectFault | undefined> {
  const { key } = object;
  const head = await store.head(bucket, key);
  if (head === undefined) return { key, fault: "missing", detail: "it is not there (yet)" };
  if (head.size !== object.size) {
    return { key, fault: "size", detail: `${head.size} bytes instead of ${object.size}` };
  }
  if (head.sha256 !== undefined && head.sha256 !== object.sha256) {
    return { key, fault: "content", detail: "its checksum is another one" };
  }
  if (head.sha256 !== undefined && !deep) return undefined;
  const stream = await store.getStream(bucket, key);
  if (stream === undefined) return { key, fault: "missing", detail: "it went away" };
  const read = await sha256Stream(stream);
  if (read.size !== object.size) {
    return { key, fault: "size", detail: `${read.size} bytes come instead of ${object.size}` };
  }
  return read.sha256 === object.sha256
    ? undefined
    : { key, fault: "content", detail: "its bytes are other ones" };
}

export function totalBytes(objects: readonly LedgerObject[]): number {
  return objects.reduce((sum, { size }) => sum + size, 0);
}
