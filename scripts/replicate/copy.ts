import type { Readable } from "node:stream";
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import type { ObjectStore } from "../vault/s3.ts";
import { httpStatus, isMissingKey } from "../vault/s3-errors.ts";

/** One side's bucket. */
export interface Place {
  readonly store: ObjectStore;
  readonly bucket: string;
}

/** The version of an object that a listing showed. */
export interface Version {
  readonly key: string;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
}

/** `gone`: deleted or replaced at the source since it was listed; the next listing tells. */
export type Copied = "copied" | "present" | "gone";

/** Which version of the source an object of the target is: an ETag of several parts is no digest. */
const SOURCE_ETAG = "replicated-etag";

/** Above this an object is streamed instead of being held in memory. */
const IN_MEMORY_BYTES = 4 << 20;

/**
 * Copies one version, bytes, type and metadata, so that the target never shows anything but a whole
 * version of the source: created when absent, else replaced only while it is what was looked at.
 */
export async function copyVersion(from: Place, to: Place, version: Version): Promise<Copied> {
  const condition = await whatIsThere(to, version);
  if (condition === "present") return "present";
  const answer = await from.store.client
    .send(
      new GetObjectCommand({ Bucket: from.bucket, Key: version.key, IfMatch: `"${version.etag}"` }),
    )
    .catch((error: unknown) => {
      if (isMissingKey(error) || httpStatus(error) === 412) return undefined;
      throw error;
    });
  if (answer?.Body === undefined) return "gone";
  const stream = answer.Body as Readable;
  try {
    const body = version.size <= IN_MEMORY_BYTES ? await collect(stream) : stream;
    await to.store.client.send(
      new PutObjectCommand({
        Bucket: to.bucket,
        Key: version.key,
        Body: body,
        ContentLength: version.size,
        ChecksumAlgorithm: "SHA256",
        ContentType: answer.ContentType,
        ContentEncoding: answer.ContentEncoding,
        Metadata: { ...answer.Metadata, [SOURCE_ETAG]: version.etag },
        ...condition,
      }),
    );
    return "copied";
  } catch (error) {
    // Somebody wrote the same key meanwhile (another replicator, before a restart): look again.
    if (error instanceof S3ServiceException && [409, 412].includes(httpStatus(error) ?? 0)) {
      return "gone";
    }
    throw error;
  } finally {
    stream.destroy();
  }
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function whatIsThere(
  to: Place,
  version: Version,
): Promise<"present" | { IfNoneMatch: "*" } | { IfMatch: string }> {
  try {
    const there = await to.store.client.send(
      new HeadObjectCommand({ Bucket: to.bucket, Key: version.key }),
    );
    const same =
      there.ContentLength === version.size &&
      (there.ETag === `"${version.etag}"` || there.Metadata?.[SOURCE_ETAG] === version.etag);
    return same ? "present" : { IfMatch: there.ETag ?? "" };
  } catch (error) {
    if (!isMissingKey(error)) throw error;
    return { IfNoneMatch: "*" };
  }
}
