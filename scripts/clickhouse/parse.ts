import { EVENT_COLUMNS, HAPPENED, IDENTITY_COLUMNS } from "./columns.ts";

/**
 * Hours are kept as 32-bit times, so an event lies between 1970 and 2105; others are dead letters.
 */
const EARLIEST = "'1970-01-01 00:00:00'";
const LATEST = "'2106-01-01 00:00:00'";

/**
 * Why a message cannot become an event, first hit wins; '' when it can. An empty value and a
 * tombstone look the same to ClickHouse's Kafka engine.
 */
const REASON = `multiIf(
    empty(value), 'empty',
    NOT match(value, '^[ \\\\t\\\\r\\\\n]*\\\\{'), 'not a JSON object',
    isNull(j.uuid) AND isNull(j.event) AND isNull(j.team_id) AND NOT isValidJSON(value), 'invalid JSON',
    isNull(toUUIDOrNull(ifNull(j.uuid, ''))), 'uuid is missing or not a UUID',
    empty(ifNull(j.event, '')), 'event is missing',
    isNull(toInt64OrNull(ifNull(j.team_id, ''))), 'team_id is missing or not a whole number',
    toInt64OrZero(ifNull(j.team_id, '')) < 0, 'team_id is negative',
    empty(ifNull(j.distinct_id, '')), 'distinct_id is missing',
    isNull(happened), 'timestamp is missing or not a date',
    happened < ${EARLIEST} OR happened >= ${LATEST}, 'timestamp is out of range',
    '')`;

/**
 * The one parse of the event path (docs/decisions/003): raw message in, typed columns out, every
 * message exactly once, whatever is in it. Never fails on a message: a failed block would stop the
 * consumer for good.
 * @param from what has the columns of `stream`: the proof parses the archive with it
 */
export function parseSelect(database: string, from = `${database}.stream`): string {
  const fields = EVENT_COLUMNS.filter((column) => column.json !== undefined)
    .map((column) => `${column.name} ${column.json ?? ""}`)
    .join(", ");
  return `WITH
    JSONExtract(value, 'Tuple(${fields})') AS j,
    ${HAPPENED} AS happened,
    ${REASON} AS why
SELECT
    ${EVENT_COLUMNS.map((column) => `${column.value} AS ${column.name}`).join(",\n    ")},
    ${IDENTITY_COLUMNS.map((column) => column.name).join(", ")},
    _segment,
    why AS reason,
    if(why = '', '', value) AS dead_value,
    team_id <> 0
      AND team_id < (SELECT argMax(floor, version) FROM ${database}.tenant_floor)
      AND team_id NOT IN (SELECT team_id FROM ${database}.known_teams) AS quarantined
FROM ${from}`;
}
