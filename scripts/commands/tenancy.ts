import { z } from "zod";
import { moveRows } from "../backup/move.ts";
import { withClickHouse, type ClickHouse } from "../clickhouse/client.ts";
import { closeQuarantine, openQuarantine, quarantineOrphans } from "../clickhouse/quarantine.ts";
import { highestUnreadTeam } from "../clickhouse/unread.ts";
import { defineCommand } from "../command.ts";
import { requireParts } from "../connection.ts";
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
  async run(connection, { phase }, context): Promise<TenancyResult> {
    const { clickhouse, postgres } = requireParts(connection, ["clickhouse", "postgres"]);
    const { kafka } = connection;
    return withClickHouse(clickhouse, async (server) => {
      // A recovery before its `attach`: nobody consumes into this server yet, so no backup can have
      // taken its cut, and one of the lost server gets no ledger behind the fence. No lock is needed.
      if (kafka === undefined) return settleTenancy(server);
      // One phase alone belongs to a recovery: what consumed goes on, and nothing else begins to.
      const afterwards = phase === "both" ? "consume" : "was";
      return moveRows(connection, server, context, { afterwards }, () => settleTenancy(server));
    });

    async function settleTenancy(server: ClickHouse): Promise<TenancyResult> {
      if (phase !== "close") await openQuarantine(server, await knownTeamIds(postgres.url));
      const moved = await quarantineOrphans(server, context);
      if (phase === "open") return { moved, postgres: null, floor: null };
      // A lost team may have sent events that nobody has consumed yet: its id has been given out, too.
      const unread =
        kafka === undefined ? 0 : await highestUnreadTeam(server, kafka, LARGEST_TEAM, context);
      const highest = Math.max(await highestTeam(server), unread);
      const settled = await settlePostgres(postgres, { posthog_team: highest }, context);
      const floor = Number(settled.sequences.posthog_team.after);
      await closeQuarantine(server, settled.teams, floor);
      context.progress(`new teams begin at id ${floor}; ${moved} events of lost teams quarantined`);
      return { moved, postgres: settled, floor };
    }
  },
});

/** Largest value of `posthog_team`'s sequence (an int4). */
const LARGEST_TEAM = 2 ** 31 - 1;

/**
 * Highest team id of any stored event that PostgreSQL can have given out; 0 when there is none.
 * Producers may send any number as a team: one that is above all teams must not hide the lost ones.
 */
async function highestTeam(server: ClickHouse): Promise<number> {
  const { database } = server;
  const [row] = await server.query<{ highest: number | string }>(
    `SELECT max(team_id) AS highest FROM (
       SELECT maxIf(team_id, team_id < {largest: Int64}) AS team_id FROM ${database}.events
       UNION ALL SELECT maxIf(team_id, team_id < {largest: Int64}) FROM ${database}.quarantine)`,
    { largest: LARGEST_TEAM },
  );
  return Number(row?.highest ?? 0);
}
