import { zstdDecompressSync } from "node:zlib";
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";

/** The vault's archive bucket, with a login that may read it. */
export interface ArchiveReader {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
}

/** A set of offsets of one partition: a bit each. */
class Offsets {
  #bits = new Uint8Array(1 << 16);

  add(offset: number): void {
    const at = offset >> 3;
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (offset & 7));
  }

  has(offset: number): boolean {
    return ((this.#bits[offset >> 3] ?? 0) & (1 << (offset & 7))) !== 0;
  }
}

/** What an archive holds of one Kafka cluster. */
export interface Archived {
  readonly objects: number;
  readonly events: number;
  has(partition: number, offset: number): boolean;
}

/** An envelope's part that says whose it is. */
interface Envelope {
  readonly metadata: { readonly partition: number; readonly offset: number };
}

/**
 * Reads every object of a cluster and notes the offsets inside: what a recovery from this copy must
 * bring back, whatever objects are called.
 *
 * @throws Error when an object cannot be read to its end
 */
export async function readArchive(access: ArchiveReader, clusterId: string): Promise<Archived> {
  const { endpoint, region, accessKeyId, secretAccessKey, bucket } = access;
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  const partitions = new Map<number, Offsets>();
  let objects = 0;
  let events = 0;
  try {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
      for (const { Key: key = "" } of page.Contents ?? []) {
        if (!key.includes(`/${clusterId}/`)) continue;
        objects++;
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        // Whole, not as a stream: objects are small, and no failure may pass for an end.
        const packed = await Body?.transformToByteArray();
        if (packed === undefined) throw new Error(`the archive's object ${key} has no content`);
        for (const line of linesOf(zstdDecompressSync(packed))) {
          const { partition, offset } = (JSON.parse(line) as Envelope).metadata;
          let known = partitions.get(partition);
          if (known === undefined) partitions.set(partition, (known = new Offsets()));
          if (!known.has(offset)) events++;
          known.add(offset);
        }
      }
    }
  } finally {
    client.destroy();
  }
  return {
    objects,
    events,
    has: (partition, offset) => partitions.get(partition)?.has(offset) ?? false,
  };
}

/** One at a time: all of an object's lines at once would be many times its size. */
function* linesOf(bytes: Buffer): Generator<string> {
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    if (to > from) yield bytes.toString("utf8", from, to);
    from = to + 1;
  }
}
