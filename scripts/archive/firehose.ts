import { UserError } from "../command.ts";
import { RangesBuilder, type Ranges } from "../proof/ranges.ts";
import type { ObjectInfo, ObjectStore } from "../vault/s3.ts";
import type { ArchivedRecord } from "./envelope.ts";
import { topicFolder, type PartitionPlace } from "./layout.ts";
import { readRecords } from "./objects.ts";

/**
 * The archive's other layout, for a topic that Amazon Data Firehose writes (`components/archive/firehose.ts`):
 *
 *     [{line}/]e{epoch}/{clusterId}/{topicId}/{topic}/firehose/{yyyy}/{MM}/{dd}/{HH}/{stream}-{version}-{time}-{uuid}.json.gz
 *
 * The hour (UTC) is that of the object's oldest record. The names tell neither partition nor offset:
 * one object holds records of all partitions, each an envelope as in `envelope.ts` without key and
 * headers, which a Firehose stream never hands over. A record may be there twice (delivery is at least
 * once), and two may stand in one line.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
 */
const FOLDER = "firehose/";

type TopicPlace = Omit<PartitionPlace, "partition">;

/** Where a stream of the topic writes; ends in `/`. */
export function firehoseFolder(place: TopicPlace): string {
  return topicFolder(place) + FOLDER;
}

/** True for a folder as {@link firehoseFolder} names it. */
export function isFirehoseFolder(folder: string): boolean {
  return folder.endsWith(`/${FOLDER}`);
}

export interface FirehoseKey extends TopicPlace {
  /** Empty: not compressed. Firehose itself has GZIP, and no zstd. */
  readonly extension: "" | "json" | "gz" | "json.gz" | "zst" | "json.zst";
}

const KEY =
  /^(?:(?<line>[^/]+)\/)?e(?<epoch>\d+)\/(?<cluster>[^/]+)\/(?<topicId>[^/]+)\/(?<topic>[^/]+)\/firehose\/\d{4}\/\d{2}\/\d{2}\/\d{2}\/[^/]+?(?:\.(?<extension>json\.gz|json\.zst|json|gz|zst))?$/;

/** The parts of a key, or undefined when it is no object of a Firehose stream. */
export function parseFirehoseKey(key: string): FirehoseKey | undefined {
  const parts = KEY.exec(key)?.groups;
  if (parts === undefined) return undefined;
  return {
    line: parts["line"] ?? "main",
    epoch: Number(parts["epoch"]),
    clusterId: String(parts["cluster"]),
    topicId: String(parts["topicId"]),
    topic: String(parts["topic"]),
    extension: (parts["extension"] ?? "") as FirehoseKey["extension"],
  };
}

/** An object with one partition's records among others. */
export interface MixedObject {
  readonly key: string;
  readonly size: number;
  /** The partition's highest offset in it. */
  readonly lastOffset: number;
}

/** What all objects of a topic together hold of one partition. */
export interface MixedPartition {
  readonly topic: string;
  readonly offsets: Ranges;
  /** Those of them whose value is null or empty. */
  readonly empty: Ranges;
  /** In the order of their last offset. */
  readonly objects: readonly MixedObject[];
}

type Reader = Pick<ObjectStore, "list" | "getStream">;

/** How many objects are read at once. */
const parallel = 8;

/**
 * Reads every object of a stream once and tells what there is of each partition: names do not.
 * Memory holds the holes and the objects, never the records.
 *
 * @throws UserError when an object cannot be read, or holds another topic
 */
export async function indexFirehose(
  store: Reader,
  bucket: string,
  folder: string,
  options: { readonly until?: Date } = {},
): Promise<Map<number, MixedPartition>> {
  const found = new Map<number, Building>();
  let batch: ObjectInfo[] = [];
  const readBatch = async (): Promise<void> => {
    await Promise.all(batch.map((object) => indexObject(store, bucket, object, found)));
    batch = [];
  };
  for await (const object of store.list(bucket, folder)) {
    if (parseFirehoseKey(object.key) === undefined) continue;
    if (options.until !== undefined && object.lastModified > options.until) continue;
    batch.push(object);
    if (batch.length >= parallel) await readBatch();
  }
  await readBatch();
  return new Map(
    [...found]
      .sort(([a], [b]) => a - b)
      .map(([partition, { topic, offsets, empty, objects }]) => [
        partition,
        {
          topic,
          offsets: offsets.build(),
          empty: empty.build(),
          objects: objects.sort((a, b) => a.lastOffset - b.lastOffset || (a.key < b.key ? -1 : 1)),
        },
      ]),
  );
}

interface Building {
  readonly topic: string;
  readonly offsets: RangesBuilder;
  readonly empty: RangesBuilder;
  readonly objects: MixedObject[];
}

async function indexObject(
  store: Reader,
  bucket: string,
  { key, size }: ObjectInfo,
  found: Map<number, Building>,
): Promise<void> {
  const topic = parseFirehoseKey(key)?.topic ?? "";
  const last = new Map<number, number>();
  for await (const record of readRecords(store, bucket, key)) {
    refuseOtherTopic(key, topic, record);
    const { partition, offset, value } = record;
    let of = found.get(partition);
    if (of === undefined) {
      of = { topic, offsets: new RangesBuilder(), empty: new RangesBuilder(), objects: [] };
      found.set(partition, of);
    }
    of.offsets.add(offset);
    if (value === null || value.length === 0) of.empty.add(offset);
    last.set(partition, Math.max(last.get(partition) ?? -1, offset));
  }
  for (const [partition, lastOffset] of last) {
    found.get(partition)?.objects.push({ key, size, lastOffset });
  }
}

function refuseOtherTopic(key: string, topic: string, record: ArchivedRecord): void {
  if (record.topic === topic) return;
  throw new UserError(
    `the archive object ${key} holds a record of topic "${record.topic}" (partition ${record.partition}, ` +
      `offset ${record.offset}): a stream of another topic writes under this prefix. Give each topic a stream ` +
      "and a prefix of its own, and move the foreign objects to theirs.",
  );
}
