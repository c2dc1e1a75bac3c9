import { setTimeout as sleep } from "node:timers/promises";
import type { ClickHouse } from "../clickhouse/client.ts";
import { IDENTITY } from "../clickhouse/columns.ts";

/** A team's hour, or a team's event name, whose derived rows differ from the events. */
export interface Difference {
  readonly table: string;
  readonly key: string;
  readonly derived: string;
  readonly fromEvents: string;
}

export interface DerivedTables {
  readonly equal: boolean;
  /** How many keys differ. */
  readonly differences: number;
  readonly first: readonly Difference[];
}

/**
 * Compares what is summed and what is rebuilt with the distinct events. Ingest may be running, and a
 * block reaches the tables one after the other: looks again until they agree, or the time is over.
 */
export async function compareDerived(
  clickhouse: ClickHouse,
  waitSeconds: number,
): Promise<DerivedTables> {
  const start = performance.now();
  for (;;) {
    const found = await Promise.all(
      [hourly(clickhouse.database), definitions(clickhouse.database)].map((sql) =>
        clickhouse.query<Difference & { total: number }>(sql),
      ),
    );
    const differences = found.reduce((sum, rows) => sum + (rows[0]?.total ?? 0), 0);
    const first = found.flat().map(({ total: _, ...difference }) => difference);
    const over = performance.now() - start > waitSeconds * 1000;
    if (differences === 0 || over) return { equal: differences === 0, differences, first };
    await sleep(300);
  }
}

const hourly = (database: string): string => `
  SELECT 'events_hourly' AS table, concat('team ', toString(team_id), ', hour ', toString(hour)) AS key,
    concat(toString(d_events), ' events, ', toString(d_bytes), ' bytes') AS derived,
    concat(toString(e_events), ' events, ', toString(e_bytes), ' bytes') AS fromEvents,
    count() OVER () AS total
  FROM (
    SELECT team_id, hour, sumIf(n, d) AS d_events, sumIf(b, d) AS d_bytes,
      sumIf(n, NOT d) AS e_events, sumIf(b, NOT d) AS e_bytes
    FROM (
      SELECT team_id, hour, events AS n, bytes AS b, true AS d FROM ${database}.events_hourly
      UNION ALL
      SELECT team_id, toStartOfHour(timestamp) AS hour, toInt64(count()) AS n,
        toInt64(sum(length(properties))) AS b, false AS d
      FROM ${database}.events FINAL GROUP BY team_id, hour
    )
    GROUP BY team_id, hour
    HAVING d_events != e_events OR d_bytes != e_bytes
  )
  ORDER BY key LIMIT 20`;

const definitions = (database: string): string => `
  SELECT 'event_definitions' AS table, concat('team ', toString(team_id), ', ', event) AS key,
    concat(toString(d_first), ' to ', toString(d_last)) AS derived,
    concat(toString(e_first), ' to ', toString(e_last)) AS fromEvents,
    count() OVER () AS total
  FROM (
    SELECT team_id, event, minIf(low, d) AS d_first, maxIf(high, d) AS d_last,
      minIf(low, NOT d) AS e_first, maxIf(high, NOT d) AS e_last, countIf(d) AS ds, countIf(NOT d) AS es
    FROM (
      SELECT team_id, event, first_seen AS low, last_seen AS high, true AS d FROM ${database}.event_definitions
      UNION ALL
      SELECT team_id, event, min(timestamp) AS low, max(timestamp) AS high, false AS d
      FROM ${database}.events GROUP BY team_id, event
    )
    GROUP BY team_id, event
    HAVING ds = 0 OR es = 0 OR d_first != e_first OR d_last != e_last
  )
  ORDER BY key LIMIT 20`;

/** Distinct events that share their uuid with another one. */
export interface RepeatedUuids {
  /** With one of the same cluster and topic: a producer sent the event twice, both records are in the source. */
  readonly withinSource: number;
  /** With one of another cluster or topic: somebody sent old events to a new one. */
  readonly acrossSources: number;
}

/** Counts them in slices that bound the server's memory. */
export async function repeatedUuids(clickhouse: ClickHouse): Promise<RepeatedUuids> {
  const { database } = clickhouse;
  const { n } = await clickhouse.one<{ n: number }>(`SELECT count() AS n FROM ${database}.events`);
  const slices = Math.max(1, Math.ceil(n / 2_000_000));
  const repeated = { withinSource: 0, acrossSources: 0 };
  for (let slice = 0; slice < slices; slice++) {
    const { identities, sources, uuids } = await clickhouse.one<
      Record<"identities" | "sources" | "uuids", number>
    >(
      `SELECT uniqExact(uuid, ${IDENTITY}) AS identities, uniqExact(uuid, _cluster_id, _topic_id) AS sources,
         uniqExact(uuid) AS uuids
       FROM ${database}.events WHERE cityHash64(uuid) % {slices: UInt32} = {slice: UInt32}`,
      { slices, slice },
    );
    repeated.withinSource += identities - sources;
    repeated.acrossSources += sources - uuids;
  }
  return repeated;
}
