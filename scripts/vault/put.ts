import type { Readable } from "node:stream";
import type { PutObjectCommandInput } from "@aws-sdk/client-s3";

/** Bytes or text (UTF-8) in memory, or a stream whose length is known. */
export type Body = Uint8Array | string | { readonly stream: Readable; readonly size: number };

export interface PutOptions {
  /** @default "application/octet-stream" */
  readonly contentType?: string;
  /** Hexadecimal SHA-256 of the content when known; the server refuses other bytes. @default computed while sending */
  readonly sha256?: string;
}

/** The parameters of a PUT, with a digest that the server checks and keeps. */
export function putInput(
  bucket: string,
  key: string,
  body: Body,
  options: PutOptions,
): PutObjectCommandInput {
  const common = {
    Bucket: bucket,
    Key: key,
    ContentType: options.contentType ?? "application/octet-stream",
  };
  // A digest that the server checks and keeps: `head` tells it without reading the object.
  const digest =
    options.sha256 === undefined
      ? { ChecksumAlgorithm: "SHA256" as const }
      : { ChecksumSHA256: Buffer.from(options.sha256, "hex").toString("base64") };
  if (typeof body === "object" && "stream" in body) {
    return { ...common, ...digest, Body: body.stream, ContentLength: body.size };
  }
  return { ...common, ...digest, Body: body };
}

/** An etag without its quotes. */
export function unquote(etag: string | undefined): string {
  return (etag ?? "").replaceAll('"', "");
}
