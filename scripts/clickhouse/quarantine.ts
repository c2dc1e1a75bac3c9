import type { Reporter } from "../command.ts";
import type { ClickHouse } from "./client.ts";
import { columnNames, IDENTITY, STORED_COLUMNS } from "./columns.ts";
import { DEFINITIONS_SELECT, HOURLY_SELECT, tablesOf } from "./schema.ts";
import { segmentStarts } from "./segments.ts";
import { endWrites, TEAM_WRITES } from "./writes.ts";

/** Every team counts as below it: what is not known is quarantined. */
const EVERY_TEAM = "9223372036854775807";

const STORED = columnNames(STORED_COLUMNS);

export interface QuarantinedTeam {
  readonly teamId: number;
  readonly events: number;
  readonly first: string;
  readonly last: string;
}

/**
 * From now on an event of a team that is not known goes to quarantine: for a recovery, until
 * PostgreSQL's teams and their highest id are settled. Running it again replaces the known teams.
 */
export async function openQuarantine(
  clickhouse: ClickHouse,
  knownTeams: readonly number[],
): Promise<void> {
  await setKnownTeams(clickhouse, knownTeams);
  await setFloor(clickhouse, EVERY_TEAM);
}

/**
 * From now on teams at or above `floor` are new ones and welcome; below it stay unknown those that
 * PostgreSQL does not have (it was restored to an earlier time). `floor` is the first id that was
 * never given to a team.
 */
export async function closeQuarantine(
  clickhouse: ClickHouse,
  knownTeams: readonly number[],
  floor: number,
): Promise<void> {
  await setKnownTeams(clickhouse, knownTeams);
  await setFloor(clickhouse, String(floor));
}

/** What lies in quarantine, by team. */
export async function quarantined(clickhouse: ClickHouse): Promise<QuarantinedTeam[]> {
  return clickhouse.query<QuarantinedTeam>(
    `SELECT team_id AS teamId, count() AS events, min(timestamp) AS first, max(timestamp) AS last
     FROM ${clickhouse.database}.quarantine FINAL GROUP BY team_id ORDER BY team_id`,
  );
}

/**
 * Moves stored events of teams that are below the floor and not known (restored rows, written
 * before their team was lost) to quarantine, with all their sums. Consuming must be stopped: a block
 * under way still follows the rule before. Killed anywhere, the next run finishes.
 * @returns events moved
 */
export async function quarantineOrphans(
  clickhouse: ClickHouse,
  reporter: Reporter,
): Promise<number> {
  const { database } = clickhouse;
  await endWrites(clickhouse);
  const orphans = await clickhouse.query<{ team: number; events: number }>(
    `SELECT team_id AS team, count() AS events FROM ${database}.events
     WHERE team_id <> 0 AND team_id < (SELECT argMax(floor, version) FROM ${database}.tenant_floor)
       AND team_id GLOBAL NOT IN (SELECT team_id FROM ${database}.known_teams)
     GROUP BY team ORDER BY team`,
  );
  const teams = orphans.map(({ team }) => team);
  if (teams.length > 0) {
    await copyRows(clickhouse, "events", "quarantine", teams);
    await deleteMoved(clickhouse, "events", "quarantine", teams);
  }
  // Also of teams whose rows an earlier, killed run had moved already.
  const gone = await clickhouse.query<{ team: number }>(
    `SELECT DISTINCT team_id AS team FROM ${database}.quarantine
     WHERE team_id GLOBAL NOT IN (SELECT team_id FROM ${database}.known_teams)
       AND team_id GLOBAL NOT IN (SELECT team_id FROM ${database}.events)
       AND (team_id GLOBAL IN (SELECT team_id FROM ${database}.events_hourly)
         OR team_id GLOBAL IN (SELECT team_id FROM ${database}.event_definitions))`,
  );
  for (const table of ["events_hourly", "event_definitions"]) {
    await deleteTeams(
      clickhouse,
      table,
      gone.map(({ team }) => team),
    );
  }
  const events = orphans.reduce((sum, orphan) => sum + orphan.events, 0);
  if (events > 0) {
    reporter.progress(
      `quarantine: ${events} stored events of ${teams.length} lost teams moved there`,
    );
  }
  return events;
}

/**
 * Lets a team in: its quarantined events become stored ones with their sums. Consuming must be
 * stopped. Killed anywhere, the next run finishes.
 * @returns events released
 */
export async function releaseTeam(clickhouse: ClickHouse, team: number): Promise<number> {
  const { database } = clickhouse;
  await endWrites(clickhouse);
  await clickhouse.run(`INSERT INTO ${database}.known_teams VALUES ({team: Int64})`, {
    idPrefix: TEAM_WRITES,
    params: { team },
  });
  const { events } = await clickhouse.one<{ events: number }>(
    `SELECT count() AS events FROM ${database}.quarantine FINAL WHERE team_id = {team: Int64}`,
    { team },
  );
  // Also when there is none: an earlier run may have moved them all and not summed them.
  await copyRows(clickhouse, "quarantine", "events", [team]);
  await sumTeamAgain(clickhouse, team);
  await deleteMoved(clickhouse, "quarantine", "events", [team]);
  return events;
}

/** Makes a team's derived rows anew from its events, each in the segment that it belongs to. */
async function sumTeamAgain(clickhouse: ClickHouse, team: number): Promise<void> {
  const { database } = clickhouse;
  await deleteTeams(clickhouse, "events_hourly", [team]);
  await clickhouse.run(
    `INSERT INTO ${database}.events_hourly (${HOURLY_SELECT.columns})
     SELECT ${HOURLY_SELECT.keys}, s.segment AS _segment, ${HOURLY_SELECT.sums}
     FROM (SELECT * FROM ${database}.events FINAL WHERE team_id = {team: Int64}) AS e
     ASOF LEFT JOIN (${segmentStarts(database)}) AS s ON e._cluster_id = s._cluster_id AND e._topic_id = s._topic_id
       AND e._partition = s._partition AND e._offset >= s.first_offset
     GROUP BY team_id, hour, _segment`,
    { idPrefix: TEAM_WRITES, params: { team }, settings: { insert_deduplicate: 0 } },
  );
  await clickhouse.run(
    `INSERT INTO ${database}.event_definitions ${DEFINITIONS_SELECT}
     FROM ${database}.events WHERE team_id = {team: Int64} GROUP BY team_id, event`,
    { idPrefix: TEAM_WRITES, params: { team }, settings: { insert_deduplicate: 0 } },
  );
}

/** Copies the teams' rows that the target does not have yet. */
async function copyRows(
  clickhouse: ClickHouse,
  from: "events" | "quarantine",
  to: "events" | "quarantine",
  teams: readonly number[],
): Promise<void> {
  const { database } = clickhouse;
  await clickhouse.run(
    `INSERT INTO ${database}.${to} (${STORED}) SELECT ${STORED} FROM ${database}.${from} FINAL
     WHERE has({teams: Array(Int64)}, team_id) AND (${IDENTITY}) GLOBAL NOT IN (
       SELECT ${IDENTITY} FROM ${database}.${to} WHERE has({teams: Array(Int64)}, team_id))`,
    { idPrefix: TEAM_WRITES, params: { teams }, settings: { insert_deduplicate: 0 } },
  );
}

/** Deletes just what is in the other table: a row that came after the copy stays. */
async function deleteMoved(
  clickhouse: ClickHouse,
  from: "events" | "quarantine",
  to: "events" | "quarantine",
  teams: readonly number[],
): Promise<void> {
  await deleteTeams(
    clickhouse,
    from,
    teams,
    `AND (${IDENTITY}) IN (SELECT ${IDENTITY} FROM ${clickhouse.stored(to)}
       WHERE has({teams: Array(Int64)}, team_id))`,
  );
}

/** @param only a further condition, beginning with AND. @default none */
async function deleteTeams(
  clickhouse: ClickHouse,
  table: string,
  teams: readonly number[],
  only = "",
): Promise<void> {
  if (teams.length === 0) return;
  const spread = tablesOf("idempotent").includes(table);
  for (const server of spread ? clickhouse.shards : [clickhouse]) {
    await server.run(
      `ALTER TABLE ${server.stored(table)} DELETE
       WHERE has({teams: Array(Int64)}, team_id) ${only}`,
      { idPrefix: TEAM_WRITES, params: { teams }, settings: { mutations_sync: 2 } },
    );
  }
}

async function setKnownTeams(clickhouse: ClickHouse, teams: readonly number[]): Promise<void> {
  const { database } = clickhouse;
  await clickhouse.run(
    `INSERT INTO ${database}.known_teams SELECT arrayJoin({teams: Array(Int64)})`,
    { idPrefix: TEAM_WRITES, params: { teams } },
  );
  await clickhouse.run(
    `ALTER TABLE ${database}.known_teams DELETE WHERE NOT has({teams: Array(Int64)}, team_id)`,
    { idPrefix: TEAM_WRITES, params: { teams }, settings: { mutations_sync: 2 } },
  );
}

async function setFloor(clickhouse: ClickHouse, floor: string): Promise<void> {
  const { database } = clickhouse;
  await clickhouse.run(
    `INSERT INTO ${database}.tenant_floor
     SELECT {floor: Int64}, (SELECT max(version) + 1 FROM ${database}.tenant_floor)`,
    { idPrefix: TEAM_WRITES, params: { floor } },
  );
}
