import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { ObjectInfo, ObjectStore } from "../vault/s3.ts";
import type { IdentityPartition } from "../proof/identity.ts";
import { epochPrefix } from "./layout.ts";

type Reader = Pick<ObjectStore, "list" | "listNames" | "getStream">;

/** Objects of one bucket in memory, for tests of what reads them. */
export class MemoryStore implements Reader {
  readonly objects = new Map<string, { readonly body: Buffer; readonly lastModified: Date }>();

  set(key: string, body: Buffer | string, lastModified = new Date(0)): void {
    this.objects.set(key, { body: Buffer.from(body), lastModified });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as the S3 client's
  async *list(_bucket: string, prefix: string): AsyncGenerator<ObjectInfo, void, undefined> {
    for (const key of [...this.objects.keys()].sort()) {
      const { body, lastModified } = this.objects.get(key) ?? {
        body: "",
        lastModified: new Date(0),
      };
      if (key.startsWith(prefix)) yield { key, size: body.length, etag: "", lastModified };
    }
  }

  listNames(_bucket: string, prefix: string): Promise<string[]> {
    const names = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
      .map((rest) => (rest.includes("/") ? rest.slice(0, rest.indexOf("/") + 1) : rest));
    return Promise.resolve([...new Set(names)].sort());
  }

  getStream(_bucket: string, key: string): Promise<Readable | undefined> {
    const object = this.objects.get(key);
    // In pieces: a reader must not rely on where a chunk ends.
    return Promise.resolve(object && Readable.from(chunks(object.body, 7)));
  }
}

function* chunks(body: Buffer, size: number): Generator<Buffer> {
  for (let i = 0; i < body.length; i += size) yield body.subarray(i, i + size);
}

/** One record of a fixture: a number is its offset, with a value; text is its value. */
export interface FixtureRecord {
  readonly offset: number;
  readonly value: string | null;
}

/**
 * One line as the Lenses S3 sink writes it with byte-array converters and `store.envelope=true`: bytes in
 * base64 and a flag, headers as a map, fields in the order of a Java hash map.
 *
 * @see https://github.com/lensesio/stream-reactor `S3SinkTaskJsonEnvelopeTest`
 */
export function lensesLine(of: IdentityPartition, { offset, value }: FixtureRecord): string {
  return JSON.stringify({
    headers: { source: "web" },
    metadata: { partition: of.partition, offset, topic: of.topic, timestamp: 10_000 + offset },
    ...(value === null
      ? { value: null }
      : { valueIsArray: true, value: Buffer.from(value).toString("base64") }),
    keyIsArray: true,
    key: Buffer.from(`k${offset}`).toString("base64"),
  });
}

/** Puts an object where the Lenses sink puts it with compression GZIP. */
export function putLenses(
  store: MemoryStore,
  of: IdentityPartition,
  lines: readonly string[],
  lastOffset: number,
  epoch = 1,
): string {
  const pad = (n: number): string => String(n).padStart(12, "0");
  const key =
    `${epochPrefix(epoch)}/${of.clusterId}/${of.topicId}/${of.topic}/` +
    `${pad(of.partition)}/${pad(lastOffset)}_10000_${10_000 + lastOffset}.gz`;
  store.set(key, gzipSync(lines.join("\n")));
  return key;
}

/** Puts an object where a Firehose stream puts it, its records as they are: no delimiter is added. */
export function putFirehose(
  store: MemoryStore,
  of: Omit<IdentityPartition, "partition">,
  body: string,
  options: { readonly epoch?: number; readonly hour?: string; readonly at?: Date } = {},
): string {
  const { epoch = 1, hour = "2026/11/25/22", at = new Date(0) } = options;
  const key =
    `${epochPrefix(epoch)}/${of.clusterId}/${of.topicId}/${of.topic}/firehose/${hour}/` +
    `acme-prod-g1-archive-1-2026-11-25-22-19-46-${String(store.objects.size).padStart(8, "0")}-b1c2.json.gz`;
  store.set(key, gzipSync(body), at);
  return key;
}
