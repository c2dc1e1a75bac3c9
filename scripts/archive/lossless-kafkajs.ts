import { createRequire } from "node:module";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { compressionsAlgorithms } from "@platformatic/kafka";
import kafkajs, { type KafkaMessage } from "kafkajs";
import { snappyBlocks } from "../kafka/codecs.ts";
import type { ArchivedHeader } from "./envelope.ts";

interface Decoder {
  readVarIntBytes(): Buffer | null;
}
type RecordDecoder = (decoder: Decoder, batchContext?: unknown) => object;

const RAW_HEADERS = Symbol.for("recover.rawHeaders");
const require = createRequire(import.meta.url);
let prepared = false;

/**
 * Makes kafkajs keep every record's headers as they came. The library folds them into one object,
 * which loses the order of repeated names, moves names that look like numbers and trips over names
 * like `constructor` (`src/protocol/recordBatch/record/v0/decoder.js` of 2.2.4). Its two decoders
 * are wrapped, so that a record carries the raw list besides: see {@link losslessHeaders}. Nobody
 * else in this process sees a difference.
 */
export function prepareKafkaJs(): void {
  if (prepared) return;
  const path = "kafkajs/src/protocol/recordBatch";
  // kafkajs loads its decoders at the first fetch; one that is loaded has captured the other.
  const recordPath = require.resolve(`${path}/record/v0/decoder.js`);
  if (require.cache[recordPath] !== undefined) {
    throw new Error("kafkajs fetched in this process before prepareKafkaJs(): call it first");
  }
  let current: ArchivedHeader[] = [];
  replace(require.resolve(`${path}/header/v0/decoder.js`), () => (decoder: Decoder) => {
    const name = decoder.readVarIntBytes() ?? Buffer.alloc(0);
    const value = decoder.readVarIntBytes();
    current.push([name, value]);
    return { key: name.toString("utf8"), value };
  });
  replace(recordPath, (original) => (decoder: Decoder, batchContext?: unknown) => {
    const headers = (current = []);
    const record = (original as RecordDecoder)(decoder, batchContext);
    return Object.assign(record, { [RAW_HEADERS]: headers });
  });
  registerCodecs();
  prepared = true;
}

function replace(path: string, wrap: (original: unknown) => unknown): void {
  require(path);
  const loaded = require.cache[path];
  if (loaded === undefined) throw new Error(`kafkajs keeps another module than ${path}`);
  loaded.exports = wrap(loaded.exports);
}

/** The headers of a message that was fetched after {@link prepareKafkaJs}. */
export function losslessHeaders(message: KafkaMessage): readonly ArchivedHeader[] {
  const headers = (message as { [RAW_HEADERS]?: readonly ArchivedHeader[] })[RAW_HEADERS];
  if (headers !== undefined) return headers;
  if (Object.keys(message.headers ?? {}).length === 0) return [];
  throw new Error("this message was decoded by another copy of kafkajs: its headers are not exact");
}

/** kafkajs itself only knows gzip; a producer may use any codec. */
function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const { lz4, snappy } = compressionsAlgorithms;
  const codec =
    (compress: (data: Buffer) => Buffer, decompress: (data: Buffer) => Buffer) => () => ({
      compress: (encoder: { buffer: Buffer }) => Promise.resolve(compress(encoder.buffer)),
      decompress: (data: Buffer) => Promise.resolve(decompress(data)),
    });
  CompressionCodecs[CompressionTypes.ZSTD] = codec(zstdCompressSync, zstdDecompressSync);
  CompressionCodecs[CompressionTypes.LZ4] = codec(
    (data) => lz4.compressSync(data),
    (data) => lz4.decompressSync(data),
  );
  CompressionCodecs[CompressionTypes.Snappy] = codec(
    (data) => snappy.compressSync(data),
    (data) => Buffer.concat(snappyBlocks(data).map((block) => snappy.decompressSync(block))),
  );
}
