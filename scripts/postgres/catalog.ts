import type { ObjectStore } from "../vault/s3.ts";
import { defaultSegmentSize, segmentsBetween, storedSegment, timelineOf } from "./wal.ts";

/** Where barman-cloud keeps one server's backups and WAL. */
export interface BarmanPlace {
  readonly bucket: string;
  /** An epoch's prefix, without a slash at the end. */
  readonly prefix: string;
  readonly serverName: string;
}

/** One base backup as its backup.info tells it. */
export interface BaseBackup {
  /** Barman's id: its start, `20261122T231500`. */
  readonly id: string;
  readonly prefix: string;
  readonly status: string;
  readonly beginTime: string | undefined;
  readonly endTime: string | undefined;
  readonly beginLsn: string | undefined;
  readonly endLsn: string | undefined;
  readonly beginWal: string | undefined;
  readonly endWal: string | undefined;
  readonly segmentSize: number;
  readonly timeline: number | undefined;
  readonly serverVersion: string | undefined;
  /** Everything of it that is stored, with sizes in bytes. */
  readonly objects: readonly { readonly key: string; readonly size: number }[];
}

/** A base backup with what is missing before it can be restored; usable when that is nothing. */
export interface Candidate {
  readonly base: BaseBackup;
  readonly problems: readonly string[];
}

/** `e7/postgres/main/`. */
export function barmanFolder({ prefix, serverName }: Omit<BarmanPlace, "bucket">): string {
  return `${prefix}/postgres/${serverName}/`;
}

/** The base backups of one prefix, newest first. A folder without a readable backup.info has status `MISSING`. */
export async function listBases(store: ObjectStore, place: BarmanPlace): Promise<BaseBackup[]> {
  const folder = `${barmanFolder(place)}base/`;
  const byId = new Map<string, { key: string; size: number }[]>();
  for await (const { key, size } of store.list(place.bucket, folder)) {
    const [id = ""] = key.slice(folder.length).split("/");
    const objects = byId.get(id) ?? [];
    objects.push({ key, size });
    byId.set(id, objects);
  }
  const bases: BaseBackup[] = [];
  for (const [id, objects] of byId) {
    const text = await store.getText(place.bucket, `${folder}${id}/backup.info`);
    bases.push(describe(id, place.prefix, objects, text));
  }
  return bases.sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** The names of the WAL segments that a prefix has. */
export async function listWal(store: ObjectStore, place: BarmanPlace): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { key } of store.list(place.bucket, `${barmanFolder(place)}wals/`)) {
    const segment = storedSegment(key.slice(key.lastIndexOf("/") + 1));
    if (segment !== undefined) names.add(segment);
  }
  return names;
}

/**
 * The base backups in the order in which to try them: those of newer epochs first, then newer ones
 * first. Replication is unordered: one counts only when its data and all WAL until it is consistent
 * are there.
 * @param before ISO time: one that ends later cannot reach an earlier point
 */
export async function findCandidates(
  store: ObjectStore,
  places: readonly BarmanPlace[],
  before?: string,
): Promise<Candidate[]> {
  const wal = new Set<string>();
  const bases: BaseBackup[] = [];
  for (const place of places) {
    bases.push(...(await listBases(store, place)));
    for (const segment of await listWal(store, place)) wal.add(segment);
  }
  return bases.map((base) => ({ base, problems: problemsOf(base, wal, before) }));
}

/** Pure: what keeps a base backup from being restored. */
export function problemsOf(
  base: BaseBackup,
  wal: ReadonlySet<string>,
  before: string | undefined,
): string[] {
  if (base.status === "MISSING") return ["its backup.info is missing or unreadable"];
  if (base.status !== "DONE") return [`its status is ${base.status}`];
  const problems: string[] = [];
  if (!base.objects.some(({ key }) => /\/data(_\d+)?\.tar(\.\w+)?$/.test(key))) {
    problems.push("its data (data.tar) is missing");
  }
  const { beginWal, endWal, segmentSize, endTime } = base;
  if (beginWal === undefined || endWal === undefined) {
    problems.push("its backup.info names no WAL");
  } else {
    const missing = segmentsBetween(beginWal, endWal, segmentSize).filter((name) => !wal.has(name));
    if (missing.length > 0) {
      problems.push(`WAL that it needs is missing (${missing.length}: ${missing[0] ?? ""} …)`);
    }
  }
  if (before !== undefined && endTime !== undefined && Date.parse(endTime) > Date.parse(before)) {
    problems.push(`it ended at ${endTime}, after the point to restore to`);
  }
  return problems;
}

function describe(
  id: string,
  prefix: string,
  objects: readonly { readonly key: string; readonly size: number }[],
  text: string | undefined,
): BaseBackup {
  const fields = new Map(
    (text ?? "")
      .split("\n")
      .map((line) => /^(\w+)=(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name = "", value = ""]) => [name, value]),
  );
  const field = (name: string): string | undefined => {
    const value = fields.get(name);
    return value === undefined || value === "None" || value === "" ? undefined : value;
  };
  const iso = (name: string): string | undefined => {
    const time = Date.parse(field(name) ?? "");
    return Number.isNaN(time) ? undefined : new Date(time).toISOString();
  };
  const beginWal = field("begin_wal");
  return {
    id,
    prefix,
    status: field("status") ?? "MISSING",
    beginTime: iso("begin_time"),
    endTime: iso("end_time"),
    beginLsn: field("begin_xlog"),
    endLsn: field("end_xlog"),
    beginWal,
    endWal: field("end_wal"),
    segmentSize: Number(field("xlog_segment_size") ?? defaultSegmentSize),
    timeline: beginWal === undefined ? undefined : timelineOf(beginWal),
    serverVersion: field("version"),
    objects,
  };
}
