import { z } from "zod";
import { moveRows } from "../backup/move.ts";
import { type ClickHouse, withClickHouse } from "../clickhouse/client.ts";
import {
  closeQuarantine,
  openQuarantine,
  quarantined,
  quarantineOrphans,
  releaseTeam,
} from "../clickhouse/quarantine.ts";
import type { QuarantinedTeam } from "../clickhouse/quarantine.ts";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";

const params = z.object({
  action: z
    .enum(["list", "release", "open", "close", "orphans"])
    .default("list")
    .describe(
      "list; release: let a team's events in; open: quarantine every team that is not known; close: " +
        "only those below the floor; orphans: move stored events of lost teams there",
    ),
  team: z.int().positive().optional().describe("release: the team's id"),
  teams: z
    .array(z.int())
    .default([])
    .describe("open, close: ids of the teams PostgreSQL has, as JSON"),
  floor: z
    .int()
    .nonnegative()
    .optional()
    .describe("close: the first team id that was never given out"),
});

export interface QuarantineResult {
  readonly teams: readonly QuarantinedTeam[];
  /** Events moved by this run, out of quarantine or into it. */
  readonly moved: number;
}

export default defineCommand({
  name: "quarantine",
  summary: "Shows and releases events of teams that PostgreSQL does not have",
  params,
  async run(connection, { action, team, teams, floor }, context): Promise<QuarantineResult> {
    const { clickhouse } = requireParts(connection, ["clickhouse"]);
    return withClickHouse(clickhouse, async (server) => {
      let moved = 0;
      if (action === "open") await openQuarantine(server, teams);
      if (action === "close") {
        if (floor === undefined) {
          throw new UserError(
            "quarantine close needs --floor, the first team id that was never given out (the next " +
              "value of PostgreSQL's sequence). Nothing was changed.",
          );
        }
        await closeQuarantine(server, teams, floor);
      }
      if (action === "orphans")
        moved = await move(server, () => quarantineOrphans(server, context));
      if (action === "release") {
        if (team === undefined) {
          throw new UserError(
            "quarantine release needs --team, the id of a team that PostgreSQL has. Nothing was " +
              "changed. `quarantine list` shows the teams.",
          );
        }
        moved = await move(server, () => releaseTeam(server, team));
      }
      return { teams: await quarantined(server), moved };
    });

    /** A server that nothing can consume into is not backed up either. */
    function move(server: ClickHouse, work: () => Promise<number>): Promise<number> {
      if (connection.kafka === undefined) return work();
      return moveRows(connection, server, context, { afterwards: "was" }, work);
    }
  },
});
