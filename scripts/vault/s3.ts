import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { UserError } from "../command.ts";
import { endpointOf, isAws, loginOf, type S3Access } from "../s3-access.ts";
import { putInput, unquote, type Body, type PutOptions } from "./put.ts";
import {
  attemptsOf,
  explainS3Error,
  httpStatus,
  isMissingKey,
  type S3Attempt,
} from "./s3-errors.ts";

export type { Body, PutOptions } from "./put.ts";

/** One stored object, without its bytes. */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. For objects of several parts it is no digest of the content. */
  readonly etag: string;
  readonly lastModified: Date;
}

export interface ObjectHead extends ObjectInfo {
  /** Lower-case hexadecimal; only when the writer sent one (everything that {@link ObjectStore} wrote has it). */
  readonly sha256?: string;
  readonly versionId?: string;
  /** Only under Object Lock. */
  readonly lockedUntil?: Date;
}

/** How often a conditional write that collides with another one in flight (409) is sent again. */
const conflictAttempts = 8;

/** An S3 client that speaks the project's terms: missing keys and lost races are values, the rest is explained. */
export class ObjectStore {
  readonly access: S3Access;
  /** For calls that this class does not have. */
  readonly client: S3Client;

  /** @throws UserError when the credentials are empty. */
  constructor(access: S3Access) {
    if (
      access.credentials !== "ambient" &&
      (access.accessKeyId === "" || access.secretAccessKey === "")
    ) {
      throw new UserError(
        `no credentials for the S3 server at ${endpointOf(access)}: the ` +
          `${access.accessKeyId === "" ? "access key id" : "secret access key"} is empty. Set the vault's ` +
          "keys in this stack's config (`pulumi config set --secret …`), or take them from the " +
          "stack that owns the vault.",
      );
    }
    this.access = access;
    this.client = new S3Client({
      ...(access.endpoint === undefined ? {} : { endpoint: access.endpoint }),
      region: access.region,
      ...credentialsOf(access),
      forcePathStyle: !isAws(access),
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 5_000, socketTimeout: 120_000 },
    });
  }

  /** Writes, replacing what was there (in a versioned bucket the old version stays). */
  async put(
    bucket: string,
    key: string,
    body: Body,
    options: PutOptions = {},
  ): Promise<{ etag: string }> {
    return this.#explained(`write ${key}`, bucket, async () => {
      const answer = await this.client.send(
        new PutObjectCommand(putInput(bucket, key, body, options)),
      );
      return { etag: unquote(answer.ETag) };
    });
  }

  /**
   * Creates the object only when the key does not exist (`If-None-Match: *`). Of any number of racing
   * writers exactly one gets `created: true`.
   */
  async putIfAbsent(
    bucket: string,
    key: string,
    body: Uint8Array | string,
    options: PutOptions = {},
  ): Promise<{ created: boolean; etag?: string }> {
    const result = await this.#conditional(bucket, key, body, options, { IfNoneMatch: "*" });
    return result.written && result.etag !== undefined
      ? { created: true, etag: result.etag }
      : { created: result.written };
  }

  /** Replaces the object only while it still has this etag. `written: false` when it has another, or is gone. */
  async putIfMatch(
    bucket: string,
    key: string,
    body: Uint8Array | string,
    etag: string,
    options: PutOptions = {},
  ): Promise<{ written: boolean; etag?: string }> {
    return this.#conditional(bucket, key, body, options, { IfMatch: `"${etag}"` });
  }

  /** The object's bytes, or undefined when the key does not exist. For objects that fit in memory. */
  async get(bucket: string, key: string): Promise<Uint8Array | undefined> {
    const stream = await this.getStream(bucket, key);
    if (stream === undefined) return undefined;
    return this.#explained(`read ${key}`, bucket, async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    });
  }

  /** The object's text (UTF-8), or undefined when the key does not exist. */
  async getText(bucket: string, key: string): Promise<string | undefined> {
    const bytes = await this.get(bucket, key);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
  }

  /** A stream of the object, or undefined when the key does not exist. The caller reads or destroys it. */
  async getStream(bucket: string, key: string): Promise<Readable | undefined> {
    return this.#orMissing(`read ${key}`, bucket, async () => {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return answer.Body as Readable;
    });
  }

  /** Size, etag and checksum, or undefined when the key does not exist. */
  async head(bucket: string, key: string): Promise<ObjectHead | undefined> {
    const answer = await this.#orMissing(`look at ${key}`, bucket, () =>
      this.client.send(
        new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" }),
      ),
    );
    if (answer === undefined) {
      // A HEAD's 404 has no body to say which is missing, and "no such bucket" must never pass for
      // "no such object" (no fence, no ledger).
      await this.requireBucket(bucket);
      return undefined;
    }
    const sum = answer.ChecksumSHA256;
    return {
      key,
      size: answer.ContentLength ?? 0,
      etag: unquote(answer.ETag),
      lastModified: answer.LastModified ?? new Date(0),
      // A checksum of checksums ("…-3", several parts) is no digest of the content.
      ...(sum !== undefined && !sum.includes("-")
        ? { sha256: Buffer.from(sum, "base64").toString("hex") }
        : {}),
      ...(answer.VersionId === undefined ? {} : { versionId: answer.VersionId }),
      ...(answer.ObjectLockRetainUntilDate === undefined
        ? {}
        : { lockedUntil: answer.ObjectLockRetainUntilDate }),
    };
  }

  /** Every object under a prefix, in key order, page by page (memory does not grow with their number). */
  async *list(
    bucket: string,
    prefix: string,
    options: { readonly startAfter?: string } = {},
  ): AsyncGenerator<ObjectInfo, void, undefined> {
    const pages = paginateListObjectsV2(
      { client: this.client },
      {
        Bucket: bucket,
        Prefix: prefix,
        ...(options.startAfter === undefined ? {} : { StartAfter: options.startAfter }),
      },
    )[Symbol.asyncIterator]();
    for (;;) {
      const page = await this.#explained(`list ${prefix}`, bucket, () => pages.next());
      if (page.done === true) return;
      for (const item of page.value.Contents ?? []) {
        if (item.Key === undefined) continue;
        yield {
          key: item.Key,
          size: item.Size ?? 0,
          etag: unquote(item.ETag),
          lastModified: item.LastModified ?? new Date(0),
        };
      }
    }
  }

  /** The names directly under a prefix that ends in `/`, without the prefix, folders with their `/`. */
  async listNames(bucket: string, prefix: string): Promise<string[]> {
    return this.#explained(`list ${prefix}`, bucket, async () => {
      const names: string[] = [];
      const pages = paginateListObjectsV2(
        { client: this.client },
        { Bucket: bucket, Prefix: prefix, Delimiter: "/" },
      );
      for await (const page of pages) {
        for (const folder of page.CommonPrefixes ?? []) {
          if (folder.Prefix !== undefined) names.push(folder.Prefix.slice(prefix.length));
        }
        for (const item of page.Contents ?? []) {
          if (item.Key !== undefined) names.push(item.Key.slice(prefix.length));
        }
      }
      return names.sort();
    });
  }

  /** Throws the fitting UserError when the bucket does not exist or cannot be reached. */
  async requireBucket(bucket: string): Promise<void> {
    await this.#explained("look at the contents", bucket, async () => {
      try {
        await this.client.send(new HeadBucketCommand({ Bucket: bucket }));
      } catch (error) {
        // HEAD has no body: the SDK cannot tell a missing bucket from a missing key.
        if (httpStatus(error) === 404 && error instanceof Error) error.name = "NoSuchBucket";
        // It exists; what may be done in it is for the call itself to find out.
        if (httpStatus(error) === 403) return;
        throw error;
      }
    });
  }

  close(): void {
    this.client.destroy();
  }

  async #conditional(
    bucket: string,
    key: string,
    body: Uint8Array | string,
    options: PutOptions,
    condition: Pick<PutObjectCommandInput, "IfMatch" | "IfNoneMatch">,
  ): Promise<{ written: boolean; etag?: string }> {
    return this.#explained(`write ${key}`, bucket, async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          const answer = await this.client.send(
            new PutObjectCommand({ ...putInput(bucket, key, body, options), ...condition }),
          );
          return { written: true, etag: unquote(answer.ETag) };
        } catch (error) {
          const status = httpStatus(error);
          if (status === 409 && attempt < conflictAttempts) {
            await sleep(20 * attempt);
            continue;
          }
          if (condition.IfMatch !== undefined && isMissingKey(error)) return { written: false };
          if (status !== 412) throw error;
          // The SDK repeats a request whose answer got lost: then the object that is in the way is ours.
          if (attempt === 1 && attemptsOf(error) === 1) return { written: false };
          const present = await this.get(bucket, key);
          return { written: present !== undefined && Buffer.from(body).equals(present) };
        }
      }
    });
  }

  async #orMissing<T>(
    action: string,
    bucket: string,
    call: () => Promise<T>,
  ): Promise<T | undefined> {
    return this.#explained(action, bucket, async () => {
      try {
        return await call();
      } catch (error) {
        if (isMissingKey(error)) return undefined;
        throw error;
      }
    });
  }

  async #explained<T>(action: string, bucket: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw explainS3Error(error, { ...attemptOf(this.access), action, bucket });
    }
  }
}

/** None: the SDK looks for the process's own. */
function credentialsOf(access: S3Access) {
  if (access.credentials === "ambient") return {};
  const { accessKeyId, secretAccessKey, sessionToken } = access;
  return {
    credentials: {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  };
}

/** Who asked where, for the text of an error. */
export function attemptOf(access: S3Access): Pick<S3Attempt, "endpoint" | "login" | "aws"> {
  return { endpoint: endpointOf(access), login: loginOf(access), aws: isAws(access) };
}
