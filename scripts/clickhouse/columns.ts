/** A column of a stored event and how it is read from the message. */
export interface EventColumn {
  readonly name: string;
  readonly type: string;
  readonly codec?: string;
  /** Type in the one `JSONExtract` of the message; absent for columns that are not in it. */
  readonly json?: string;
  /** SQL for the value, from the extracted tuple `j`. */
  readonly value: string;
}

/** Where an event comes from. Part of every stored row; see docs/decisions/005. */
export const IDENTITY_COLUMNS: readonly EventColumn[] = [
  { name: "_cluster_id", type: "LowCardinality(String)", value: "_cluster_id" },
  { name: "_topic_id", type: "LowCardinality(String)", value: "_topic_id" },
  { name: "_topic", type: "LowCardinality(String)", value: "_topic" },
  { name: "_partition", type: "UInt32", value: "_partition" },
  { name: "_offset", type: "UInt64", codec: "CODEC(Delta, ZSTD(1))", value: "_offset" },
  {
    name: "_timestamp",
    type: "DateTime64(3, 'UTC')",
    codec: "CODEC(Delta, ZSTD(1))",
    value: "_timestamp",
  },
];

/** The columns that name one event; `_topic` and `_timestamp` follow from them. */
export const IDENTITY = "_cluster_id, _topic_id, _partition, _offset";

/** Longest date PostHog and ClickHouse write: a year first, so that nothing depends on today. */
const DATE = "'^\\\\d{4}-\\\\d{2}-\\\\d{2}([T ]|$)'";

const dateOrNull = (field: string): string =>
  `if(match(ifNull(${field}, ''), ${DATE}), parseDateTime64BestEffortOrNull(ifNull(${field}, ''), 6, 'UTC'), NULL)`;

const text = (name: string, codec?: string): EventColumn => ({
  name,
  type: "String",
  ...(codec === undefined ? {} : { codec }),
  json: "Nullable(String)",
  value: `ifNull(j.${name}, '')`,
});

/**
 * PostHog's events in the shape of the topic `clickhouse_events_json`. What a message lacks gets a
 * default that depends on the message alone: a replayed row must equal the consumed one.
 */
export const EVENT_COLUMNS: readonly EventColumn[] = [
  {
    name: "uuid",
    type: "UUID",
    json: "Nullable(String)",
    value: "toUUIDOrZero(ifNull(j.uuid, ''))",
  },
  text("event"),
  text("properties", "CODEC(ZSTD(1))"),
  {
    name: "timestamp",
    type: "DateTime64(6, 'UTC')",
    json: "Nullable(String)",
    value: "ifNull(happened, toDateTime64(0, 6, 'UTC'))",
  },
  // A string on the way, or 1.5 would become team 1.
  {
    name: "team_id",
    type: "Int64",
    json: "Nullable(String)",
    value: "toInt64OrZero(ifNull(j.team_id, ''))",
  },
  text("distinct_id"),
  text("elements_chain", "CODEC(ZSTD(1))"),
  {
    name: "created_at",
    type: "DateTime64(6, 'UTC')",
    json: "Nullable(String)",
    value: `ifNull(${dateOrNull("j.created_at")}, toDateTime64(_timestamp, 6, 'UTC'))`,
  },
  {
    name: "person_id",
    type: "UUID",
    json: "Nullable(String)",
    value: "toUUIDOrZero(ifNull(j.person_id, ''))",
  },
  {
    name: "person_created_at",
    type: "DateTime64(3, 'UTC')",
    json: "Nullable(String)",
    value: `toDateTime64(ifNull(${dateOrNull("j.person_created_at")}, toDateTime64(0, 6, 'UTC')), 3, 'UTC')`,
  },
  text("person_properties", "CODEC(ZSTD(1))"),
  {
    name: "person_mode",
    type: "LowCardinality(String)",
    json: "Nullable(String)",
    value: "ifNull(j.person_mode, '')",
  },
];

/** Everything that is stored for an event. */
export const STORED_COLUMNS: readonly EventColumn[] = [...EVENT_COLUMNS, ...IDENTITY_COLUMNS];

export const columnNames = (columns: readonly EventColumn[]): string =>
  columns.map((column) => column.name).join(", ");

export const columnDefinitions = (columns: readonly EventColumn[]): string =>
  columns
    .map(({ name, type, codec }) => `  ${name} ${type}${codec === undefined ? "" : ` ${codec}`}`)
    .join(",\n");

/** The moment of the event, NULL when there is none that counts. */
export const HAPPENED = dateOrNull("j.timestamp");
