import { createHash } from "node:crypto";

/** A digest and how many bytes went into it. */
export interface ContentHash {
  /** Lower-case hexadecimal SHA-256. */
  readonly sha256: string;
  readonly size: number;
}

/** SHA-256 of bytes or text (UTF-8), lower-case hexadecimal. */
export function sha256Hex(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of a stream, in constant memory. */
export async function sha256Stream(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<ContentHash> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { sha256: hash.digest("hex"), size };
}
