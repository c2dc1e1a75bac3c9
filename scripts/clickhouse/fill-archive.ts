import { UserError } from "../command.ts";
import type { Reporter } from "../command.ts";
import type { VaultSide } from "../connection.ts";
import { indexFirehose, isFirehoseFolder } from "../archive/firehose.ts";
import { parseKey } from "../archive/layout.ts";
import { ObjectStore } from "../vault/s3.ts";
import type { ClickHouse } from "./client.ts";
import { ARRIVED_TABLES } from "./present.ts";
import type { Source } from "./present.ts";
import type { Segment } from "./segments.ts";
import { writesOf } from "./writes.ts";
import { endpointOf } from "../s3-access.ts";
import { s3Login } from "./s3-login.ts";

/** One archive object, by its name: where to look. What is inside, the envelopes say. */
export interface ArchivedObject {
  readonly key: string;
  readonly size: number;
  readonly topic: string;
  readonly partition: number;
  readonly lastOffset: number;
  /** Other partitions' records are in it as well (Firehose). @default false */
  readonly mixed?: boolean;
}

/** What of a partition is wanted: `[from, to)`. */
export interface WantedRange {
  readonly from: number;
  /** @default no end */
  readonly to?: number;
}

/** Objects and bytes of one INSERT: bounds what a killed replay repeats, and the server's memory. */
const BATCH_OBJECTS = 200;
const BATCH_BYTES = 64 * 1024 * 1024;

/** Which part of the archive is read. */
export interface ArchivedFrom {
  readonly line: string;
  /** Objects written later do not count. @default all count */
  readonly until?: Date;
}

/**
 * Every object of a source, whichever epoch wrote it, that may hold a wanted offset: sorted by
 * partition and last offset.
 *
 * @param wanted partitions that are not in it are wanted whole when `others` says so
 */
export async function archivedObjects(
  store: ObjectStore,
  bucket: string,
  source: Source,
  { line, until }: ArchivedFrom,
  wanted: ReadonlyMap<number, WantedRange>,
  others: boolean,
): Promise<ArchivedObject[]> {
  const found: ArchivedObject[] = [];
  const isWanted = (of: { readonly partition: number; readonly lastOffset: number }): boolean => {
    const range = wanted.get(of.partition) ?? (others ? { from: 0 } : undefined);
    return range !== undefined && of.lastOffset >= range.from;
  };
  const root = line === "main" ? "" : `${line}/`;
  const epochs = (await store.listNames(bucket, root)).filter((name) => /^e\d+\/$/.test(name));
  for (const epoch of epochs) {
    const prefix = `${root}${epoch}${source.clusterId}/${source.topicId}/`;
    for await (const { key, size, lastModified } of store.list(bucket, prefix)) {
      const parts = parseKey(key);
      if (parts === undefined || (until !== undefined && lastModified > until)) continue;
      if (!isWanted(parts)) continue;
      const { topic, partition, lastOffset } = parts;
      found.push({ key, size, topic, partition, lastOffset });
    }
    for (const topic of await store.listNames(bucket, prefix)) {
      for (const below of await store.listNames(bucket, prefix + topic)) {
        const folder = prefix + topic + below;
        if (isFirehoseFolder(folder)) {
          found.push(...(await mixedObjects(store, bucket, folder, until)).filter(isWanted));
        }
      }
    }
  }
  return found.sort(
    (a, b) => a.partition - b.partition || a.lastOffset - b.lastOffset || (a.key < b.key ? -1 : 1),
  );
}

/** Objects of a Firehose stream, once for each partition that has records in it. */
async function mixedObjects(
  store: ObjectStore,
  bucket: string,
  folder: string,
  until: Date | undefined,
): Promise<ArchivedObject[]> {
  const index = await indexFirehose(store, bucket, folder, until === undefined ? {} : { until });
  return [...index].flatMap(([partition, { topic, objects }]) =>
    objects.map((object) => ({ ...object, topic, partition, mixed: true })),
  );
}

/** Objects of one partition, few enough for one INSERT. */
export function batches(objects: readonly ArchivedObject[]): ArchivedObject[][] {
  const out: ArchivedObject[][] = [];
  let bytes = 0;
  for (const object of objects) {
    const batch = out.at(-1);
    const fits =
      batch?.[0]?.partition === object.partition &&
      batch[0].mixed === object.mixed &&
      batch.length < BATCH_OBJECTS &&
      bytes + object.size <= BATCH_BYTES;
    if (fits) batch.push(object);
    else {
      out.push([object]);
      bytes = 0;
    }
    bytes += object.size;
  }
  return out;
}

/** Inserts what the objects hold of the wanted range and ClickHouse lacks, batch by batch. */
export async function fillFromArchive(
  clickhouse: ClickHouse,
  vault: VaultSide,
  segment: Segment,
  objects: readonly ArchivedObject[],
  wanted: ReadonlyMap<number, WantedRange>,
  reporter: Reporter,
): Promise<void> {
  const all = batches(objects);
  const totalBytes = objects.reduce((sum, object) => sum + object.size, 0);
  let doneBytes = 0;
  for (const [index, batch] of all.entries()) {
    const partition = batch[0]?.partition ?? 0;
    await insertBatch(clickhouse, vault, segment, batch, wanted.get(partition) ?? { from: 0 });
    doneBytes += batch.reduce((sum, object) => sum + object.size, 0);
    reporter.progress(
      `replay: batch ${index + 1} of ${all.length}, ${percent(doneBytes, totalBytes)} of ` +
        `${(totalBytes / 1e6).toFixed(1)} MB`,
    );
  }
}

async function insertBatch(
  clickhouse: ClickHouse,
  vault: VaultSide,
  { id, source }: Segment,
  batch: readonly ArchivedObject[],
  range: WantedRange,
): Promise<void> {
  const { database } = clickhouse;
  const partition = batch[0]?.partition ?? 0;
  const keys = batch.map((object) => object.key);
  // Another partition's record is an error in an object that is named by its partition, no other.
  const [strange, own] =
    batch[0]?.mixed === true
      ? ["isNull(m.partition)", "AND m.partition = {partition: UInt32}"]
      : ["ifNull(m.partition, 0) <> {partition: UInt32}", ""];
  const present = ARRIVED_TABLES.map(
    (table) => `SELECT _offset FROM ${database}.${table}
      WHERE _cluster_id = {clusterId: String} AND _topic_id = {topicId: String}
        AND _partition = {partition: UInt32} AND _offset >= {from: UInt64}`,
  ).join(" UNION ALL ");
  const login = s3Login(vault);
  try {
    await clickhouse.run(
      `INSERT INTO ${database}.stream
         (value, _cluster_id, _topic_id, _topic, _partition, _offset, _timestamp, _segment)
       SELECT v, {clusterId: String}, {topicId: String}, m.topic, {partition: UInt32}, o, t, {segment: UInt32}
       FROM (
         SELECT
           if(isNull(valueIsArray), ifNull(value, ''), base64Decode(ifNull(value, ''))) AS v,
           metadata AS m,
           throwIf(isNull(m.offset) OR ${strange},
             'an envelope without its offset, or of another partition') AS wrong,
           assumeNotNull(m.offset) AS o,
           fromUnixTimestamp64Milli(greatest(ifNull(m.timestamp, 0), 0), 'UTC') AS t
         FROM s3({url: String}, ${login.sql}'JSONEachRow',
           'value Nullable(String), valueIsArray Nullable(Bool), metadata Tuple(topic String, partition Nullable(UInt32), offset Nullable(UInt64), timestamp Nullable(Int64))',
           'auto')
         WHERE wrong = 0 ${own} AND o >= {from: UInt64} AND o < {to: UInt64} AND notEmpty(v)
           AND o NOT IN (${present})
         LIMIT 1 BY o
       )`,
      {
        idPrefix: writesOf(source),
        params: {
          ...source,
          partition,
          segment: id,
          from: range.from,
          to: range.to ?? Number.MAX_SAFE_INTEGER,
          url: objectsUrl(vault, keys),
          ...login.params,
        },
        settings: {
          insert_deduplicate: 0,
          max_insert_threads: 2,
          input_format_skip_unknown_fields: 1,
          input_format_json_read_objects_as_strings: 1,
          input_format_json_read_arrays_as_strings: 1,
          input_format_json_read_numbers_as_strings: 1,
          input_format_json_read_bools_as_strings: 1,
          s3_throw_on_zero_files_match: 1,
        },
      },
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `the archive objects ${keys[0] ?? ""} to ${keys.at(-1) ?? ""} cannot be replayed: ` +
        `${(error as Error).message.slice(0, 600)} What came before them is in ClickHouse and a next run ` +
        "leaves it as it is. If an object was damaged, restore its first version in the vault.",
      { cause: error },
    );
  }
}

/** `…/bucket/{a,b}`: ClickHouse reads exactly these objects. */
function objectsUrl(vault: VaultSide, keys: readonly string[]): string {
  const root = `${endpointOf(vault)}/${vault.archive}/`;
  return keys.length === 1 ? `${root}${keys[0] ?? ""}` : `${root}{${keys.join(",")}}`;
}

const percent = (part: number, whole: number): string =>
  `${whole === 0 ? 100 : Math.floor((part / whole) * 100)} %`;
