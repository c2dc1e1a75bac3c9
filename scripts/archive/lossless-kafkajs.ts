import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { compressionsAlgorithms } from "@platformatic/kafka";
import type { IHeaders } from "kafkajs";
import { snappyBlocks } from "../kafka/codecs.ts";
import type { ArchivedHeader } from "./envelope.ts";

type KafkaJs = typeof import("kafkajs");

interface Decoder {
  readVarIntBytes(): Buffer | null;
}

/**
 * A private copy of kafkajs that keeps headers as they are. The library folds a record's headers
 * into one object, which loses the order of repeated names, moves names that look like numbers and
 * trips over names like `constructor` (`src/protocol/recordBatch/record/v0/decoder.js` of 2.2.4).
 * Here every header gets a name of its own and carries `[name, value]`: see {@link losslessHeaders}.
 * Other users of kafkajs in this process keep the library's own behaviour.
 */
export function losslessKafkaJs(): KafkaJs {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("kafkajs/package.json")) + sep;
  const own = Object.keys(require.cache).filter((path) => path.startsWith(folder));
  const before = own.map((path) => [path, require.cache[path]] as const);
  for (const path of own) Reflect.deleteProperty(require.cache, path);
  const headerDecoder = require.resolve("kafkajs/src/protocol/recordBatch/header/v0/decoder.js");
  require(headerDecoder);
  const loaded = require.cache[headerDecoder];
  if (loaded === undefined) throw new Error("kafkajs keeps its header decoder elsewhere");
  let count = 0;
  loaded.exports = (decoder: Decoder) => ({
    key: `header ${(count = (count + 1) % 1_000_000)}`,
    value: [decoder.readVarIntBytes() ?? Buffer.alloc(0), decoder.readVarIntBytes()],
  });
  const kafkajs = require("kafkajs") as KafkaJs;
  for (const path of Object.keys(require.cache)) {
    if (path.startsWith(folder)) Reflect.deleteProperty(require.cache, path);
  }
  for (const [path, module] of before) require.cache[path] = module;
  registerCodecs(kafkajs);
  return kafkajs;
}

/** The headers of a message that came through {@link losslessKafkaJs}. */
export function losslessHeaders(headers: IHeaders | undefined): ArchivedHeader[] {
  return Object.values(headers ?? {}) as unknown as ArchivedHeader[];
}

/** kafkajs itself only knows gzip; a producer may use any codec. */
function registerCodecs({ CompressionCodecs, CompressionTypes }: KafkaJs): void {
  const { lz4, snappy } = compressionsAlgorithms;
  const codec =
    (compress: (data: Buffer) => Buffer, decompress: (data: Buffer) => Buffer) => () => ({
      compress: (encoder: { buffer: Buffer }) => Promise.resolve(compress(encoder.buffer)),
      decompress: (data: Buffer) => Promise.resolve(decompress(data)),
    });
  CompressionCodecs[CompressionTypes.ZSTD] = codec(zstdCompressSync, zstdDecompressSync);
  CompressionCodecs[CompressionTypes.LZ4] = codec(lz4.compressSync, lz4.decompressSync);
  CompressionCodecs[CompressionTypes.Snappy] = codec(snappy.compressSync, (data) =>
    Buffer.concat(snappyBlocks(data).map((block) => snappy.decompressSync(block))),
  );
}
