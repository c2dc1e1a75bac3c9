import {
  columnDefinitions,
  columnNames,
  EVENT_COLUMNS,
  IDENTITY,
  IDENTITY_COLUMNS,
  STORED_COLUMNS,
} from "./columns.ts";
import { parseSelect } from "./parse.ts";

/**
 * How a table is brought back (docs/architecture.md, event path):
 * - `idempotent`: rows carry their identity, a second delivery collapses;
 * - `exact-cut`: sums; only right together with the offsets of the cut they were taken at;
 * - `rebuilt`: derived from `events`, never backed up;
 * - `control`: small tables that steer ingest, saved with the cut.
 */
export type TableClass = "idempotent" | "exact-cut" | "rebuilt" | "control";

export interface StoredTable {
  readonly name: string;
  readonly class: TableClass;
  /** Its rows carry the identity columns. */
  readonly identity: boolean;
  /** Between `CREATE TABLE db.name` and the end, without the engine's family. */
  readonly columns: string;
  readonly engine: string;
  readonly tail: string;
}

export interface SchemaOptions {
  /** @default "posthog" */
  readonly database?: string;
  /** Replicated engines, for a real server with an ensemble. @default false */
  readonly replicated?: boolean;
  /** Of several servers this one. @default the only one, which has every table */
  readonly shard?: ShardPlace;
}

/** A server's place among those that hold the events together. */
export interface ShardPlace {
  /** Name in the servers' `remote_servers`. */
  readonly cluster: string;
  /** From 1, as in `system.clusters`. */
  readonly number: number;
  readonly count: number;
}

const events = columnDefinitions(STORED_COLUMNS);
const identity = columnDefinitions(IDENTITY_COLUMNS);

/** Finds the rows of an offset range without reading every part. */
const OFFSET_INDEX = "  INDEX by_offset _offset TYPE minmax GRANULARITY 1";

/** The table of tables: what is stored, and how it is brought back. */
export const TABLES: readonly StoredTable[] = [
  {
    name: "events",
    class: "idempotent",
    identity: true,
    columns: `${events},\n${OFFSET_INDEX}`,
    engine: "ReplacingMergeTree",
    tail: `PARTITION BY toYYYYMM(timestamp)
ORDER BY (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid), ${IDENTITY})`,
  },
  {
    name: "quarantine",
    class: "idempotent",
    identity: true,
    columns: `${events},\n${OFFSET_INDEX}`,
    engine: "ReplacingMergeTree",
    tail: `ORDER BY (team_id, ${IDENTITY})`,
  },
  {
    name: "dead_letters",
    class: "idempotent",
    identity: true,
    columns: `${identity},\n  reason LowCardinality(String),\n  value String CODEC(ZSTD(1)),\n${OFFSET_INDEX}`,
    engine: "ReplacingMergeTree",
    tail: `ORDER BY (${IDENTITY})`,
  },
  {
    name: "events_hourly",
    class: "exact-cut",
    identity: false,
    columns:
      "  team_id Int64,\n  hour DateTime('UTC'),\n  _segment UInt32,\n  events Int64,\n  bytes Int64",
    engine: "SummingMergeTree",
    tail: "ORDER BY (team_id, hour, _segment)",
  },
  {
    name: "event_definitions",
    class: "rebuilt",
    identity: false,
    columns: `  team_id Int64,
  event String,
  first_seen SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
  last_seen SimpleAggregateFunction(max, DateTime64(6, 'UTC')),
  distinct_ids AggregateFunction(uniq, String)`,
    engine: "AggregatingMergeTree",
    tail: "ORDER BY (team_id, event)",
  },
  {
    name: "ingest_segments",
    class: "control",
    identity: false,
    columns: `  id UInt32,
  _cluster_id String,
  _topic_id String,
  _topic String,
  _partition UInt32,
  first_offset UInt64,
  opened_at DateTime64(3, 'UTC')`,
    engine: "ReplacingMergeTree(opened_at)",
    tail: "ORDER BY (id, _cluster_id, _topic_id, _partition)",
  },
  {
    name: "known_teams",
    class: "control",
    identity: false,
    columns: "  team_id Int64",
    engine: "ReplacingMergeTree",
    tail: "ORDER BY team_id",
  },
  {
    name: "tenant_floor",
    class: "control",
    identity: false,
    columns: "  floor Int64,\n  version UInt64",
    engine: "ReplacingMergeTree",
    tail: "ORDER BY version",
  },
];

/** Where a table's rows lie on a server: under its own name, or, of several shards, under this one. */
export function storedName(table: string, isShard: boolean): string {
  const spread = TABLES.some(({ name, identity }) => name === table && identity);
  return isShard && spread ? `sharded_${table}` : table;
}

/** Which shard an event lies in for ever, so that a second delivery of it collapses with the first. */
const SHARDING_KEY = `cityHash64(${IDENTITY})`;

/** Names of the stored tables of the given classes. */
export function tablesOf(...classes: readonly TableClass[]): string[] {
  return TABLES.filter((table) => classes.includes(table.class)).map((table) => table.name);
}

/** What an event in `events` adds to the sums; also how they are summed again. */
export const HOURLY_SELECT = {
  columns: "team_id, hour, _segment, events, bytes",
  keys: "team_id, toStartOfHour(timestamp) AS hour",
  sums: "toInt64(count()) AS events, toInt64(sum(length(properties))) AS bytes",
} as const;

export const DEFINITIONS_SELECT = `SELECT team_id, event, min(timestamp) AS first_seen,
  max(timestamp) AS last_seen, uniqState(distinct_id) AS distinct_ids`;

interface View {
  readonly name: string;
  readonly target: string;
  readonly select: string;
}

function views(database: string): View[] {
  const stored = columnNames(STORED_COLUMNS);
  const from = `FROM ${database}.parsed WHERE reason = ''`;
  return [
    {
      name: "events_mv",
      target: "events",
      select: `SELECT ${stored} ${from} AND NOT quarantined`,
    },
    {
      name: "quarantine_mv",
      target: "quarantine",
      select: `SELECT ${stored} ${from} AND quarantined`,
    },
    {
      name: "dead_letters_mv",
      target: "dead_letters",
      select: `SELECT ${columnNames(IDENTITY_COLUMNS)}, reason, dead_value AS value
FROM ${database}.parsed WHERE reason <> ''`,
    },
    {
      name: "hourly_mv",
      target: "events_hourly",
      select: `SELECT ${HOURLY_SELECT.keys}, _segment, ${HOURLY_SELECT.sums}
${from} AND NOT quarantined GROUP BY team_id, hour, _segment`,
    },
    {
      name: "definitions_mv",
      target: "event_definitions",
      select: `${DEFINITIONS_SELECT}
${from} AND NOT quarantined GROUP BY team_id, event`,
    },
    // Last: from here on rows flow.
    { name: "parse", target: "parsed", select: parseSelect(database) },
  ];
}

/**
 * Every statement of the structure, in order, each safe to run again. Nothing in it consumes: the
 * Kafka table belongs to `attach`.
 */
export function structureStatements(options: SchemaOptions = {}): string[] {
  const database = options.database ?? "posthog";
  const { shard } = options;
  const create = `CREATE DATABASE IF NOT EXISTS ${database}`;
  if (shard === undefined) {
    return [create, ...TABLES.map((table) => storedTable(table, options)), ...flow(database)];
  }
  const spread = TABLES.filter(({ identity }) => identity);
  const own = [
    create,
    ...spread.map((table) => storedTable(table, options)),
    ...spread.map(({ name }) => distributedTable(database, name, shard)),
  ];
  // What consumes, sums and steers is the first shard's alone.
  if (shard.number > 1) return own;
  const single = TABLES.filter(({ identity }) => !identity);
  return [...own, ...single.map((table) => storedTable(table, options)), ...flow(database)];
}

function storedTable(table: StoredTable, options: SchemaOptions): string {
  const { database = "posthog", shard } = options;
  const place = shard === undefined || !table.identity ? "" : `\nCOMMENT ${placeComment(shard)}`;
  return `CREATE TABLE IF NOT EXISTS ${database}.${storedName(table.name, shard !== undefined)} (
${table.columns}
) ENGINE = ${engineOf(table.engine, options)}
${table.tail}${place}`;
}

/** A shard's number is written on its tables: rows that were spread in another way are not added to. */
export function placeComment({ number, count }: Pick<ShardPlace, "number" | "count">): string {
  return `'shard ${number} of ${count}'`;
}

function engineOf(name: string, { replicated }: SchemaOptions): string {
  if (replicated !== true) return name;
  const [family = "", version] = name.replace(")", "").split("(");
  const extra = version === undefined ? "" : `, ${version}`;
  return `Replicated${family}('/clickhouse/tables/{uuid}/{shard}', '{replica}'${extra})`;
}

/** On every server, so that any of them can be asked for all events. */
function distributedTable(database: string, name: string, { cluster }: ShardPlace): string {
  const stored = storedName(name, true);
  return `CREATE TABLE IF NOT EXISTS ${database}.${name} AS ${database}.${stored}
ENGINE = Distributed('${cluster}', '${database}', '${stored}', ${SHARDING_KEY})`;
}

/** What takes events in and hands them on. */
function flow(database: string): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${database}.stream (
  value String,
${identity},
  _segment UInt32
) ENGINE = Null`,
    `CREATE TABLE IF NOT EXISTS ${database}.parsed (
${columnDefinitions(EVENT_COLUMNS)},
${identity},
  _segment UInt32,
  reason LowCardinality(String),
  dead_value String,
  quarantined UInt8
) ENGINE = Null`,
    ...views(database).map(
      (view) =>
        `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.${view.name} TO ${database}.${view.target} AS\n${view.select}`,
    ),
  ];
}
