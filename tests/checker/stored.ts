import { binaryRows, jsonRow, jsonRows, type Reader } from "./http.ts";
import { places, type StoredRow } from "./judge.ts";
import { Sums } from "./sums.ts";

const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** Events of the platform itself (the lease keeper's canaries) belong to team 0: nobody sent them. */
const notOurs = "team_id != 0";

/** The same text as the producers' `storedForm`, from the stored columns. */
const eventHash = `SHA256(arrayStringConcat([
  toString(uuid), event, properties, toString(toUnixTimestamp64Micro(timestamp)), toString(team_id),
  distinct_id, elements_chain, toString(toUnixTimestamp64Micro(created_at))], char(31)))`;

const rowBytes = 8 + 1 + 32;

/** Where the tables are: `posthog.events` gives `posthog`. */
export function databaseOf(eventsTable: string): string {
  return eventsTable.split(".")[0] ?? "posthog";
}

/**
 * Every raw row of one identity partition over the three tables, no FINAL, in the order of offsets.
 *
 * @throws Error when the answer lacks its end
 */
export async function* storedRows(
  reader: Reader,
  database: string,
  of: { readonly clusterId: string; readonly topic: string; readonly partition: number },
): AsyncGenerator<StoredRow[]> {
  const where =
    `_cluster_id = ${quote(of.clusterId)} AND _topic = ${quote(of.topic)} ` +
    `AND _partition = ${of.partition}`;
  const select = (place: number, table: string, hash: string, more = ""): string =>
    `SELECT _offset, toUInt8(${place}) AS place, toFixedString(${hash}, 32) AS hash ` +
    `FROM ${database}.${table} WHERE ${where}${more}`;
  const end = 255;
  const sql = `SELECT _offset, place, hash FROM (
    ${select(0, "events", eventHash, ` AND ${notOurs}`)}
    UNION ALL ${select(1, "dead_letters", "SHA256(value)")}
    UNION ALL ${select(2, "quarantine", eventHash, ` AND ${notOurs}`)}
    UNION ALL SELECT toUInt64(18446744073709551615), toUInt8(${end}), toFixedString('', 32)
  ) ORDER BY _offset, place`;
  let ended = false;
  for await (const bytes of binaryRows(reader, sql, rowBytes)) {
    const rows: StoredRow[] = [];
    for (let at = 0; at < bytes.length; at += rowBytes) {
      const place = bytes.readUInt8(at + 8);
      if (place === end) ended = true;
      else rows.push(rowAt(bytes, at, place));
    }
    yield rows;
  }
  if (!ended) throw new Error(`ClickHouse's answer for partition ${of.partition} has no end`);
}

function rowAt(bytes: Buffer, at: number, place: number): StoredRow {
  return {
    offset: Number(bytes.readBigUInt64LE(at)),
    place: places[place] ?? "events",
    sha256: bytes.subarray(at + 9, at + rowBytes),
  };
}

/** Identity partitions that hold rows, so that none is overlooked that no producer knows. */
export async function storedPartitions(
  reader: Reader,
  database: string,
): Promise<{ clusterId: string; topic: string; partition: number }[]> {
  const one = (table: string, more: string): string =>
    `SELECT DISTINCT _cluster_id, _topic, _partition FROM ${database}.${table} WHERE ${more}`;
  const sql = [one("events", notOurs), one("dead_letters", "1"), one("quarantine", notOurs)].join(
    " UNION DISTINCT ",
  );
  const partitions = [];
  for await (const [clusterId, topic, partition] of jsonRows(reader, sql)) {
    partitions.push({
      clusterId: String(clusterId),
      topic: String(topic),
      partition: Number(partition),
    });
  }
  return partitions;
}

/** Raw rows beyond the first of each uuid. */
export async function doubledUuids(reader: Reader, database: string): Promise<number> {
  const [doubled] = await jsonRow(
    reader,
    `SELECT count() - uniqExact(uuid) FROM ${database}.events WHERE ${notOurs}`,
  );
  return Number(doubled);
}

/** What the summing table answers, over all its segments. */
export async function storedSums(reader: Reader, database: string): Promise<Sums> {
  const sums = new Sums();
  const sql = `SELECT team_id, intDiv(toUnixTimestamp(hour), 3600), sum(events), sum(bytes)
    FROM ${database}.events_hourly WHERE ${notOurs} GROUP BY team_id, hour`;
  for await (const [team, hour, events, bytes] of jsonRows(reader, sql)) {
    sums.add(Number(team), Number(hour), Number(events), Number(bytes));
  }
  return sums;
}
