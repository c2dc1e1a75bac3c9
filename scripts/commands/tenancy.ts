import { z } from "zod";
import { attachIngest, detachIngest } from "../clickhouse/attach.ts";
import { withClickHouse, type ClickHouse } from "../clickhouse/client.ts";
import { closeQuarantine, openQuarantine, quarantineOrphans } from "../clickhouse/quarantine.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { knownTeamIds } from "../postgres/position.ts";
import { settlePostgres, type SettleResult } from "../postgres/settle.ts";

const params = z.object({
  phase: z
    .enum(["open", "close", "both"])
    .default("both")
    .describe(
      "open: quarantine every team that PostgreSQL lacks; close: move its sequences past every team " +
        "ever seen, and welcome new ones from there on",
    ),
});

export interface TenancyResult {
  /** Events moved to quarantine because their team is lost. */
  readonly moved: number;
  /** Only after `close`: what PostgreSQL came back to, and its sequences. */
  readonly postgres: SettleResult | null;
  /** First team id that was never given out; null before `close`. */
  readonly floor: number | null;
}

/**
 * After PostgreSQL was restored to a point before ClickHouse's: events of a team that it lost are kept
 * apart, and the id of such a team is never given to another. Safe to run again.
 */
export default defineCommand({
  name: "tenancy",
  summary:
    "Keeps events of teams that a restored PostgreSQL lacks apart, and their ids from new teams",
  params,
  async run(connection, { phase }, reporter): Promise<TenancyResult> {
    const { clickhouse, postgres } = requireParts(connection, ["clickhouse", "postgres"]);
    const { kafka, line, vault } = connection;
    return withClickHouse(clickhouse, async (server) => {
      if (kafka === undefined) return settleTenancy(server);
      // A block under way still follows the rule before: it would land where it is looked for no more.
      await assertEpoch(connection);
      const seconds = await detachIngest(server, kafka);
      reporter.progress(
        `consuming stopped for a moment (the group was empty after ${seconds.toFixed(1)} s)`,
      );
      const result = await settleTenancy(server);
      await attachIngest({ clickhouse: server, kafka, line, reporter, ...(vault && { vault }) });
      return result;
    });

    async function settleTenancy(server: ClickHouse): Promise<TenancyResult> {
      let moved = 0;
      if (phase !== "close") await openQuarantine(server, await knownTeamIds(postgres.url));
      moved += await quarantineOrphans(server, reporter);
      if (phase === "open") return { moved, postgres: null, floor: null };
      const highest = await highestTeam(server);
      const settled = await settlePostgres(postgres, { posthog_team: highest }, reporter);
      const floor = Number(settled.sequences.posthog_team.after);
      await closeQuarantine(server, settled.teams, floor);
      reporter.progress(
        `new teams begin at id ${floor}; ${moved} events of lost teams quarantined`,
      );
      return { moved, postgres: settled, floor };
    }
  },
});

/** Highest team id of any stored event; 0 when there is none. */
async function highestTeam(server: ClickHouse): Promise<number> {
  const { database } = server;
  const [row] = await server.query<{ highest: number | string }>(
    `SELECT max(team_id) AS highest FROM (
       SELECT max(team_id) AS team_id FROM ${database}.events
       UNION ALL SELECT max(team_id) FROM ${database}.quarantine)`,
  );
  return Number(row?.highest ?? 0);
}
