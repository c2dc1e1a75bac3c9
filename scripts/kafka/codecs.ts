import { compressionsAlgorithmsByBitmask } from "@platformatic/kafka";
import type { CompressionAlgorithmSpecification } from "@platformatic/kafka";

interface MutableCodec {
  decompressSync: CompressionAlgorithmSpecification["decompressSync"];
}

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** Magic and two version numbers (xerial/snappy-java, `SnappyCodec`). */
const HEADER_BYTES = 16;
const SNAPPY = 2;

/** Java's snappy stream (a header, then blocks with their length before them) or one raw block. */
export function snappyBlocks(data: Buffer): Buffer[] {
  if (!data.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return [data];
  const blocks: Buffer[] = [];
  for (let at = HEADER_BYTES; at < data.length;) {
    const length = data.readUInt32BE(at);
    blocks.push(data.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return blocks;
}

let registered = false;

/**
 * Lets `@platformatic/kafka` read what Java producers compress with snappy: the library knows the
 * raw block alone. Doing it twice changes nothing.
 */
export function registerSnappyStreams(): void {
  const snappy: MutableCodec | undefined = compressionsAlgorithmsByBitmask[SNAPPY];
  if (registered || snappy === undefined) return;
  registered = true;
  const decompressBlock = snappy.decompressSync;
  snappy.decompressSync = (data) =>
    Buffer.concat(
      snappyBlocks(Buffer.isBuffer(data) ? data : data.buffer).map((block) =>
        decompressBlock(block),
      ),
    );
}
