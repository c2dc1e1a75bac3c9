import { createInterface } from "node:readline";
import { pipeline, type Readable } from "node:stream";
import { createGunzip, createZstdDecompress, zstdCompress } from "node:zlib";
import { promisify } from "node:util";
import { UserError } from "../command.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { type ArchivedRecord, decodeRecord } from "./envelope.ts";
import { splitJson } from "./split-json.ts";

const compress = promisify(zstdCompress);

/** Lines, each with its newline, as one zstd frame (the default level 3). The bytes must not change meanwhile. */
export async function packLines(lines: Buffer): Promise<Buffer> {
  return compress(lines);
}

/**
 * The lines of an archive object, ours or the connector's own, in bounded memory.
 * @throws UserError when the object is gone or cannot be unpacked.
 */
export async function* readLines(
  store: ObjectStore,
  bucket: string,
  key: string,
): AsyncGenerator<string, void, undefined> {
  const stream = await store.getStream(bucket, key);
  if (stream === undefined) throw damaged(bucket, key, "it does not exist");
  try {
    for await (const line of createInterface({
      input: unpacked(stream, key),
      crlfDelay: Infinity,
    })) {
      if (line !== "") yield line;
    }
  } catch (error) {
    throw damaged(bucket, key, error instanceof Error ? error.message : String(error), error);
  } finally {
    stream.destroy();
  }
}

/**
 * The records of an archive object of either layout, ours, Lenses' or Firehose's, in bounded memory and
 * in the object's order. Two envelopes in one line are two records.
 *
 * @throws UserError when the object is gone, cannot be unpacked, or holds something else
 */
export async function* readRecords(
  store: Pick<ObjectStore, "getStream">,
  bucket: string,
  key: string,
): AsyncGenerator<ArchivedRecord, void, undefined> {
  const stream = await store.getStream(bucket, key);
  if (stream === undefined) throw damaged(bucket, key, "it does not exist");
  try {
    for await (const text of splitJson(unpacked(stream, key) as AsyncIterable<Uint8Array>)) {
      yield decodeRecord(text);
    }
  } catch (error) {
    throw damaged(bucket, key, error instanceof Error ? error.message : String(error));
  } finally {
    stream.destroy();
  }
}

/** Errors of the source come out of the result: a cut connection never looks like the object's end. */
function unpacked(stream: Readable, key: string): Readable {
  const decoder = key.endsWith(".zst")
    ? createZstdDecompress()
    : key.endsWith("gz")
      ? createGunzip()
      : undefined;
  if (decoder === undefined) return stream;
  return pipeline(stream, decoder, () => undefined);
}

/** @param cause a cut connection stays one: it is tried again */
function damaged(bucket: string, key: string, why: string, cause?: unknown): UserError {
  return new UserError(
    `the archive object ${key} in bucket "${bucket}" cannot be read: ${why}. It is missing, truncated ` +
      "or altered. Restore its first version (the bucket is versioned and locked), then run this again.",
    { cause },
  );
}
