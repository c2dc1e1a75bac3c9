import {
  indexFirehose,
  isFirehoseFolder,
  parseFirehoseKey,
  type MixedPartition,
} from "../archive/firehose.ts";
import { parseKey, type ArchiveKey } from "../archive/layout.ts";
import type { VaultSide } from "../connection.ts";
import type { ObjectStore } from "../vault/s3.ts";
import { identityKey, type IdentityPartition } from "./identity.ts";
import { noRanges, RangesBuilder, union, type Ranges } from "./ranges.ts";
import type { ClickHouse } from "../clickhouse/client.ts";
import { runsOf } from "./runs.ts";
import { endpointOf } from "../s3-access.ts";
import { s3Table } from "../clickhouse/s3-login.ts";

/** What a source of events holds of one partition. */
export interface SourceRanges {
  readonly offsets: Ranges;
  /** Those of them whose value is null or empty: there is nothing of them to store. */
  readonly empty: Ranges;
}

export const nothing: SourceRanges = { offsets: noRanges, empty: noRanges };

/** Folders of one identity partition: one for each epoch that archived it. */
export interface ArchivedPartition extends IdentityPartition {
  readonly folders: readonly string[];
  /** What Firehose streams archived of it, one for each epoch: read already, since no name tells it. */
  readonly mixed?: readonly MixedPartition[];
}

/** Objects of one query: few enough for the server's memory, enough to keep it busy. */
const batchObjects = 48;
const batchBytes = 24 << 20;

/** Only what these functions need of an {@link ObjectStore}. */
type Store = Pick<ObjectStore, "list" | "listNames" | "getStream">;

/**
 * Every identity partition in the archive of the given lines: by its folders alone, or, where a
 * Firehose stream wrote, by reading its objects once.
 */
export async function listArchived(
  store: Store,
  bucket: string,
  lines: readonly string[],
  options: { readonly until?: Date } = {},
): Promise<ArchivedPartition[]> {
  const found = new Map<
    string,
    IdentityPartition & { folders: string[]; mixed: MixedPartition[] }
  >();
  const known = (of: IdentityPartition): { folders: string[]; mixed: MixedPartition[] } => {
    const there = found.get(identityKey(of)) ?? { ...of, folders: [], mixed: [] };
    found.set(identityKey(of), there);
    return there;
  };
  for (const line of lines) {
    const root = line === "main" ? "" : `${line}/`;
    const epochs = (await store.listNames(bucket, root)).filter((name) => /^e\d+\/$/.test(name));
    for (const partition of await descend(
      store,
      bucket,
      epochs.map((name) => root + name),
      4,
    )) {
      const [clusterId = "", topicId = "", topic = "", number = ""] = partition
        .slice(root.length)
        .split("/")
        .slice(1);
      if (isFirehoseFolder(partition)) {
        for (const [index, mixed] of await indexFirehose(store, bucket, partition, options)) {
          known({ clusterId, topicId, topic, partition: index }).mixed.push(mixed);
        }
        continue;
      }
      known({ clusterId, topicId, topic, partition: Number(number) }).folders.push(partition);
    }
  }
  return [...found.values()];
}

/** Cluster, topic id, topic, partition: four folders deep below an epoch. */
async function descend(
  store: Store,
  bucket: string,
  folders: readonly string[],
  depth: number,
): Promise<string[]> {
  if (depth === 0) return [...folders];
  const below: string[] = [];
  for (const folder of folders) {
    for (const name of await store.listNames(bucket, folder)) {
      if (name.endsWith("/")) below.push(folder + name);
    }
  }
  return descend(store, bucket, below, depth - 1);
}

export interface ArchiveBatch {
  readonly keys: readonly ArchiveKey[];
  /** SQL: a table function over the batch's objects. */
  readonly from: string;
}

/** The objects of a partition whose last offset is at or above `since`, as table functions. */
export async function* archiveBatches(
  store: Store,
  vault: VaultSide,
  of: ArchivedPartition,
  structure: string,
  options: { readonly since?: number; readonly until?: Date } = {},
): AsyncGenerator<ArchiveBatch, void, undefined> {
  yield* namedBatches(store, vault, of, structure, options);
  yield* mixedBatches(vault, of, structure, options.since ?? 0);
}

/** Objects of one partition each, by their names. */
async function* namedBatches(
  store: Store,
  vault: VaultSide,
  of: ArchivedPartition,
  structure: string,
  options: { readonly since?: number; readonly until?: Date } = {},
): AsyncGenerator<ArchiveBatch, void, undefined> {
  for (const folder of of.folders) {
    let names: string[] = [];
    let keys: ArchiveKey[] = [];
    let bytes = 0;
    const batch = (): ArchiveBatch => ({ keys, from: tableOf(vault, names, keys, structure) });
    for await (const { key, size, lastModified } of store.list(vault.archive, folder)) {
      const parsed = parseKey(key);
      if (parsed === undefined || parsed.lastOffset < (options.since ?? 0)) continue;
      if (options.until !== undefined && lastModified > options.until) continue;
      const full = names.length >= batchObjects || bytes + size > batchBytes;
      // One query reads one format.
      if (names.length > 0 && (full || keys[0]?.extension !== parsed.extension)) {
        yield batch();
        names = [];
        keys = [];
        bytes = 0;
      }
      names.push(key);
      keys.push(parsed);
      bytes += size;
    }
    if (names.length > 0) yield batch();
  }
}

/** Firehose's objects; the table holds the rows of this partition alone. */
function* mixedBatches(
  vault: VaultSide,
  of: ArchivedPartition,
  structure: string,
  since: number,
): Generator<ArchiveBatch, void, undefined> {
  for (const { objects } of of.mixed ?? []) {
    const wanted = objects.filter(({ lastOffset }) => lastOffset >= since);
    for (const extension of new Set(wanted.map(({ key }) => mixedExtension(key)))) {
      const all = wanted.filter(({ key }) => mixedExtension(key) === extension);
      for (let i = 0; i < all.length; i += batchObjects) {
        const some = all.slice(i, i + batchObjects);
        const keys = some.map(({ key, lastOffset }) => {
          const epoch = parseFirehoseKey(key)?.epoch ?? 0;
          return { ...of, epoch, lastOffset, earliest: 0, latest: 0, extension };
        });
        const names = some.map(({ key }) => key);
        const table = tableOf(vault, names, keys, structure);
        yield { keys, from: `(SELECT * FROM ${table} WHERE metadata.partition = ${of.partition})` };
      }
    }
  }
}

/** How an object of Firehose's is compressed, as the other layout says it. */
function mixedExtension(key: string): ArchiveKey["extension"] {
  const extension = parseFirehoseKey(key)?.extension ?? "";
  if (extension === "" || extension === "json") return "json";
  return extension === "zst" || extension === "json.zst" ? "json.zst" : "json.gz";
}

function tableOf(
  vault: VaultSide,
  names: readonly string[],
  keys: readonly ArchiveKey[],
  structure: string,
): string {
  const compression = { json: "none", "json.gz": "gzip", gz: "gzip", "json.zst": "zstd" }[
    keys[0]?.extension ?? "json.zst"
  ];
  const path = names.length === 1 ? (names[0] ?? "") : `{${names.join(",")}}`;
  return s3Table(vault, `${endpointOf(vault)}/${vault.archive}/${path}`, structure, compression);
}

/** The offsets in the envelopes: names of objects are never believed. */
export async function readArchived(
  clickhouse: Pick<ClickHouse, "one">,
  store: Store,
  vault: VaultSide,
  of: ArchivedPartition,
  options: { readonly since?: number; readonly until?: Date } = {},
): Promise<SourceRanges> {
  const offsets = new RangesBuilder();
  const empty = new RangesBuilder();
  const structure = "value Nullable(String), metadata Tuple(partition UInt32, offset UInt64)";
  for await (const batch of namedBatches(store, vault, of, structure, options)) {
    const found = await clickhouse.one<{
      all_from: number[];
      all_to: number[];
      empty_from: number[];
      empty_to: number[];
    }>(
      `WITH arraySort(groupUniqArray(metadata.offset)) AS s,
         arraySort(groupUniqArrayIf(metadata.offset, ifNull(value, '') = '')) AS e
       SELECT ${runsOf("s", "all")}, ${runsOf("e", "empty")}
       FROM ${batch.from}
       WHERE throwIf(metadata.partition != {partition: UInt32}, 'an archive object holds another partition') = 0`,
      { partition: of.partition },
    );
    found.all_from.forEach((first, i) => {
      offsets.add(first, found.all_to[i] ?? first);
    });
    found.empty_from.forEach((first, i) => {
      empty.add(first, found.empty_to[i] ?? first);
    });
  }
  return (of.mixed ?? []).reduce<SourceRanges>(
    (all, mixed) => ({
      offsets: union(all.offsets, mixed.offsets),
      empty: union(all.empty, mixed.empty),
    }),
    { offsets: offsets.build(), empty: empty.build() },
  );
}
